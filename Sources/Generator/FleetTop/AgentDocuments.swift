package import Foundation

/// What an agent says of itself with every answer.
package struct AgentFacts: Sendable, Hashable, Decodable {
    package var version: String?
    package var host: String?
    /// Changes with each start of the agent.
    package var boot: String?
    /// `pass`, `warn` or `fail`.
    package var status: String?
    package var intervalSeconds: Double?
    package var startedTime: Double?
    /// The agent's clock at the last turn of its sampling, in seconds since 1970.
    package var time: Double?
    /// The number of that turn.
    package var turn: Double?
    package var historyTime: Double?
    package var cpuPercent: Double?
    package var residentBytes: Double?
}

/// The answer to `GET /api/v1/instances`: every row of an agent.
package struct InstancesDocument: Sendable, Decodable {
    package let agent: AgentFacts
    /// Instances and groups, and behind them the probes.
    package let rows: [TopRow]
    package let rowsLeftOut: Int

    private enum CodingKeys: String, CodingKey { case agent, instances, probes, rowsLeftOut }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        agent = try map.decode(AgentFacts.self, forKey: .agent)
        let instances = try map.decode(BoundedList<TopRow>.self, forKey: .instances)
        let probes = try map.decodeIfPresent(BoundedList<Probe>.self, forKey: .probes)
        rows = instances.elements + (probes?.elements ?? []).map(\.row)
        let told = try map.decodeIfPresent(Double.self, forKey: .rowsLeftOut) ?? 0
        rowsLeftOut = instances.leftOut + (probes?.leftOut ?? 0) + Int(min(max(0, told), 1e9))
    }

    /// Reads an answer; `nil` of one that is none of this API.
    package static func read(_ bytes: Data) -> InstancesDocument? {
        try? JSONDecoder().decode(InstancesDocument.self, from: bytes)
    }
}

/// A probe of a server that does not report.
private struct Probe: Sendable, Decodable {
    struct Failure: Sendable, Decodable {
        let reason: BoundedText?
        let text: BoundedText?
    }

    let service: BoundedText
    let instance: BoundedText
    let probe: BoundedText?
    let name: BoundedText?
    let up: Bool?
    let sinceTime: Double?
    let attemptTime: Double?
    let answerTime: Double?
    let durationSeconds: Double?
    let failures: Double?
    let lastFailure: Failure?

    var row: TopRow {
        var row = TopRow(
            service: service.text, instance: instance.text, kind: "probe",
            state: up.map { $0 ? .up : .down } ?? .unknown)
        row.unit = [probe?.text, name?.text].compactMap(\.self).joined(separator: " ")
        row.sinceTime = sinceTime
        (row.answerTime, row.durationSeconds, row.failures) = (answerTime, durationSeconds, failures)
        if up != true, let lastFailure {
            row.lastError = TopRow.Failure(
                time: attemptTime, priority: nil, message: lastFailure.text?.text ?? lastFailure.reason?.text)
        }
        return row
    }
}

/// The answer to `GET /api/v1/history?all=1`: the last hour of every row in a few points.
package struct HistoryDocument: Sendable, Decodable {
    /// The last values of a row, the newest at the end; `nil` of a gap.
    package struct Course: Sendable, Hashable, Decodable {
        package var cpuPercent: [Double?]?
        package var residentBytes: [Double?]?
    }

    package let courses: [TopRow.Identity: Course]

    private enum CodingKeys: String, CodingKey { case instances }

    private struct Entry: Decodable, Sendable {
        let identity: TopRow.Identity
        let course: Course

        private enum CodingKeys: String, CodingKey { case service, instance }

        init(from decoder: any Decoder) throws {
            let map = try decoder.container(keyedBy: CodingKeys.self)
            identity =
                TopRow(
                    service: try map.decode(BoundedText.self, forKey: .service).text,
                    instance: try map.decode(BoundedText.self, forKey: .instance).text
                ).identity
            course = try Course(from: decoder)
        }
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        let entries = try map.decode(BoundedList<Entry>.self, forKey: .instances).elements
        courses = Dictionary(entries.map { ($0.identity, $0.course) }) { first, _ in first }
    }

    /// Reads an answer; `nil` of one that is none of this API.
    package static func read(_ bytes: Data) -> HistoryDocument? {
        try? JSONDecoder().decode(HistoryDocument.self, from: bytes)
    }
}
