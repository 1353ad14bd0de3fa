package import Foundation

/// The answer to `GET /api/v1/instance`: everything that an agent knows of one instance.
package struct OpenedInstance: Sendable, Hashable, Decodable {
    package struct Unit: Sendable, Hashable, Decodable {
        package var unit: String?
        package var activeState: String?
        package var subState: String?
        package var result: String?
        package var restarts: Double?
        package var mainPid: Double?
        package var memoryBytes: Double?
        package var tasks: Double?
        package var tasksMax: Double?
    }

    package struct Processes: Sendable, Hashable, Decodable {
        package var count: Double?
        package var running: Double?
        package var sleeping: Double?
        package var stopped: Double?
        package var zombie: Double?
        package var started: Double?
        package var ended: Double?
    }

    package struct Value: Sendable, Hashable, Decodable {
        package var labels: [String: String]?
        package var value: Double?
    }

    package struct Source: Sendable, Hashable, Decodable {
        package var source: String?
        package var status: String?
        package var ageSeconds: Double?
        package var readSeconds: Double?
    }

    package struct Bound: Sendable, Hashable, Decodable {
        package var limit: String?
        package var value: Double?
        package var most: Double?
    }

    package var agent: AgentFacts?
    package var row: TopRow
    package var uptimeSeconds: Double?
    package var heartbeatAgeSeconds: Double?
    package var virtualBytes: Double?
    package var unit: Unit?
    package var processes: Processes?
    package var connectionPools: [Value]?
    package var queueStates: [Value]?
    package var sources: [Source]?
    package var limits: [Bound]?
    package var errors: [TopRow.Failure]?
    package var messagesIncluded: Bool?

    /// A probe, of which its row says everything.
    package init(probe row: TopRow, of agent: AgentFacts?) { (self.row, self.agent) = (row, agent) }

    /// Reads an answer; `nil` of one that is none of this API.
    package static func read(_ bytes: Data) -> OpenedInstance? {
        try? JSONDecoder().decode(OpenedInstance.self, from: bytes)
    }
}
