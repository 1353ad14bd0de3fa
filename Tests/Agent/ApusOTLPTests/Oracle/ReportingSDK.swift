import ApusMetrics
import ApusOTLP
import Foundation
import HostTesting
import Testing

/// OpenTelemetry's SDK for Python, which reports by its own exporter: the bodies that it has sent and what it says that it recorded.
struct ReportingSDK {
    struct Round {
        let protobuf: [UInt8]
        let json: [UInt8]
        let expected: [ExpectedSeries]
    }

    let rounds: [Round]

    init(temporality: String, seed: Int) throws {
        let folder = try TemporaryFolder()
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "sdk.py")
        let command = try Command.run(
            "/usr/bin/python3", [script.path(), temporality, "\(seed)", folder.path],
            environment: ["PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"])
        try #require(command.passed, "\(command.text)")
        func content(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }
        rounds = try (0..<4).map { number in
            Round(
                protobuf: Array(try content("\(number).pb")), json: Array(try content("\(number).json")),
                expected: try JSONDecoder().decode([ExpectedSeries].self, from: try content("\(number).expected")))
        }
    }

    static let received = ReceivedLimits(
        families: 50, series: 500, labels: 16, labelBytes: 800, labelValue: 200, name: 100, help: 200, unit: 20, buckets: 160)
    static let limits = OTLPLimits(received: received)
}

/// A series as the SDK's own reader has it.
struct ExpectedSeries: Decodable {
    let family: String
    let kind: String
    let labels: [String: String]
    /// A number, as Python writes it.
    let number: String?
    let bounds: [Double]?
    let counts: [UInt64]?
    let sum: Double?
    let scale: Int?
    let zero: UInt64?
    let positive: Side?
    let negative: Side?

    /// One side of an exponential histogram: the offset, and the counts.
    struct Side: Decodable {
        let offset: Int
        let counts: [UInt64]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            offset = try list.decode(Int.self)
            counts = try list.decode([UInt64].self)
        }

        var buckets: ExponentialBuckets { ExponentialBuckets(first: offset + 1, counts: counts) }
    }

    var rendered: [UInt8] { LabelBytes.render(labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) }

    /// What differs from a series that is served; `nil` when nothing does. Sums may differ by the order in which they were made.
    func difference(from served: ReceivedValue) throws -> String? {
        switch served {
        case .integer(let value): return "\(value)" == number ? nil : "\(value), not \(number ?? "")"
        case .number(let value): return Self.near(value, number.flatMap(Double.init)) ? nil : "\(value), not \(number ?? "")"
        case .histogram(let value):
            var total: UInt64 = 0
            let cumulative = (counts ?? []).map { count in
                total += count
                return total
            }
            return value.bounds == bounds && value.cumulativeCounts == cumulative && Self.near(value.sum, sum)
                ? nil : "\(value)"
        case .exponential(let value): return try difference(from: value)
        default: return "of another kind"
        }
    }

    private func difference(from served: ExponentialValue) throws -> String? {
        let recorded = try #require(
            ExponentialValue(
                schema: scale ?? 0, zeroThreshold: 0, zeroCount: zero ?? 0, positive: positive?.buckets ?? ExponentialBuckets(),
                negative: negative?.buckets ?? ExponentialBuckets(), sum: sum, mostBuckets: 160))
        // At the coarser schema: the SDK keeps fewer buckets than may be served, and adding up may have made them coarser.
        let coarse = min(recorded.schema, served.schema)
        var (one, other) = (try #require(Self.empty(schema: coarse)), try #require(Self.empty(schema: coarse)))
        guard one.add(served, mostBuckets: 160), other.add(recorded, mostBuckets: 160) else { return "not to be added" }
        let isEqual =
            one.schema == other.schema && one.positive == other.positive && one.negative == other.negative
            && one.zeroCount == other.zeroCount && Self.near(one.sum, other.sum)
        return isEqual ? nil : "\(one), not \(other)"
    }

    private static func empty(schema: Int) -> ExponentialValue? {
        ExponentialValue(
            schema: schema, zeroThreshold: 0, zeroCount: 0, positive: ExponentialBuckets(), negative: ExponentialBuckets(),
            sum: 0,
            mostBuckets: 160)
    }

    private static func near(_ one: Double?, _ other: Double?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return abs(one - other) <= 1e-12 * max(abs(one), abs(other))
    }
}
