import ApusLimits
import ApusText
import Foundation

/// The table once, as one JSON document for a program.
package struct TopReport: Encodable, Sendable {
    /// An agent and whether it answered.
    struct Agent: Encodable, Sendable {
        /// Without user and password.
        let url: String
        let host: String?
        let version: String?
        let boot: String?
        let status: String?
        let intervalSeconds: Double?
        /// The agent's clock at its last turn, in seconds since 1970: ages are counted by it.
        let time: Double?
        /// The number of its rows, before any filter.
        let rows: Int
        let rowsLeftOut: Int
        /// Why it did not answer.
        let error: String?
    }

    /// A row with the URL of its agent; the members are those of the agent's own answer.
    struct Row: Encodable, Sendable {
        let agent: String
        let row: TopRow

        private enum CodingKeys: String, CodingKey { case agent }

        func encode(to encoder: any Encoder) throws {
            try row.encode(to: encoder)
            var map = encoder.container(keyedBy: CodingKeys.self)
            try map.encode(agent, forKey: .agent)
        }
    }

    let agents: [Agent]
    let rows: [Row]
    /// How many rows the filter and the limit leave out.
    let rowsHidden: Int

    package init(_ agents: [AgentState], _ table: TopTable) {
        self.agents = agents.map { agent in
            Agent(
                url: agent.url, host: agent.facts?.host, version: agent.facts?.version, boot: agent.facts?.boot,
                status: agent.facts?.status, intervalSeconds: agent.facts?.intervalSeconds, time: agent.facts?.time,
                rows: agent.rows.count, rowsLeftOut: agent.rowsLeftOut, error: agent.failure)
        }
        rows = table.entries.map { Row(agent: agents[$0.agent].url, row: $0.row) }
        rowsHidden = agents.reduce(0) { $0 + $1.rows.count } - table.entries.count
    }

    /// The document, its members in order; a number that JSON does not have is left out by no agent.
    package func document() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Self.escaped(String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    /// The same JSON with what nobody sees written as `\u009d`: a terminal may obey it, or show what follows the other way round.
    private static func escaped(_ json: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard !scalar.isASCII, scalar.isUnseen else {
                text.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
            }
        }
        return String(text)
    }
}
