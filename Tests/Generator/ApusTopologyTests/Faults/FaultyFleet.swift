import AgentMetrics
import ApusMetrics
import ApusTopology
import Testing

/// Thresholds of a fleet's own alerts.
extension Threshold {
    static let abandonedCarts = ThresholdKey.ratio("abandonedCarts", 0.5, .low, "abandoned carts")
    static let checkoutTime = ThresholdKey.duration(
        "checkoutTime", .seconds(1), .high, "time of a checkout, p95", quantileOf: HTTPServer.requestDuration.family)
}

/// A fleet with one thing wrong, and what must be said of it after the place.
struct FaultyFleet: Sendable, CustomTestStringConvertible {
    let fleet: Fleet
    let line: Int
    let message: String

    init(_ message: String, line: Int, _ fleet: Fleet) {
        self.fleet = fleet
        self.line = line
        self.message = message
    }

    var testDescription: String { message }

    /// A sound fleet with more parts.
    static func fleet(@FleetBuilder with parts: () -> [any FleetPart]) -> Fleet {
        Fleet("sound") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            for part in parts() { part }
        }
    }

    /// A sound fleet whose worker is an API.
    static func api(@FleetBuilder with parts: () -> [any FleetPart]) -> Fleet {
        Fleet("sound") {
            FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
            for part in parts() { part }
        }
    }

    /// Expects the one fault, at its line of the file.
    func expectOnlyFault(in file: String = #fileID) throws {
        let fault = try #require(fleet.faults.first, "no fault")
        #expect(fleet.faults.count == 1, "\(fleet.faults)")
        #expect(fault.description == "\(file):\(line): \(message)")
        #expect(fault.place == SourcePlace(fileID: file, line: line))
    }
}
