import FleetTop
import Foundation

/// Rows and agents for the tests of values.
enum Samples {
    static func entry(
        _ instance: String, service: String = "shop", state: TopRow.State = .up, agent: Int = 0, stale: Bool = false,
        _ change: (inout TopRow) -> Void = { _ in }
    ) -> TopEntry {
        var row = TopRow(service: service, instance: instance, state: state)
        change(&row)
        return TopEntry(
            row: row, agent: agent, agentLabel: "db\(agent + 1):9480", agentHost: nil, time: 1000, isStale: stale, course: nil)
    }

    /// What an agent answers.
    static func document(_ rows: String, turn: Int = 1, boot: String = "a", more: String = "") throws -> InstancesDocument? {
        InstancesDocument.read(
            Data(
                #"{"agent": {"boot": "\#(boot)", "turn": \#(turn), "intervalSeconds": 15, "time": \#(985 + 15 * turn), "host": "h"}, "instances": [\#(rows)]\#(more)}"#
                    .utf8))
    }

    /// An agent that has answered so many rows.
    static func agent(_ url: String, rows: Int, at now: ContinuousClock.Instant) throws -> AgentState {
        var agent = AgentState(url: url)
        let text = (0..<rows).map { number in
            #"{"service": "shop", "instance": "shop-\#(String(1000 + number))", "state": "up", "cpuPercent": \#(number)}"#
        }
        if let document = try document(text.joined(separator: ",")) { agent.take(document, at: now) }
        return agent
    }
}
