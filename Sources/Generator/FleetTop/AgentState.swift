/// What is known of one agent: its last answer, and how it went since.
package struct AgentState: Sendable, Hashable {
    /// The URL without user and password.
    package let url: String
    package var facts: AgentFacts?
    package var rows: [TopRow] = []
    package var rowsLeftOut = 0
    package var courses: [TopRow.Identity: HistoryDocument.Course] = [:]
    /// When it answered last; `nil` before its first answer.
    package var answered: ContinuousClock.Instant?
    /// When its values changed last.
    package var renewed: ContinuousClock.Instant?
    /// Why it did not answer the last time; `nil` where it did.
    package var failure: String?

    package init(url: String) { self.url = url }

    /// The URL in a column: without the scheme of most.
    package var label: String { url.hasPrefix("http://") ? String(url.dropFirst("http://".count)) : url }

    /// Whether what its rows show may be long past: it does not answer, or answers and takes no samples.
    package func isStale(at now: ContinuousClock.Instant) -> Bool {
        guard failure == nil else { return true }
        return age(at: now).map { $0 > .seconds(10) + .seconds(interval) * 3 } ?? false
    }

    /// How old its values are, as far as this program has seen; `nil` before its first answer.
    package func age(at now: ContinuousClock.Instant) -> Duration? { renewed.map { $0.duration(to: now) } }

    /// Seconds between two samples of the agent, within what an agent can have.
    package var interval: Double { min(max(facts?.intervalSeconds ?? 15, 1), 3600) }

    /// Takes an answer.
    package mutating func take(_ document: InstancesDocument, at now: ContinuousClock.Instant) {
        // Turns are counted where somebody comes or goes as well, and figures have the time of the sampling loop.
        if facts?.time != document.agent.time || facts?.boot != document.agent.boot || document.agent.time == nil {
            renewed = now
        }
        if facts?.boot != document.agent.boot { courses = [:] }
        (facts, rows, rowsLeftOut) = (document.agent, document.rows, document.rowsLeftOut)
        (answered, failure) = (now, nil)
    }
}

/// A row of the table: a row of an agent, and whose.
package struct TopEntry: Sendable, Hashable {
    package let row: TopRow
    /// The place of the agent among those that are asked.
    package let agent: Int
    package let agentLabel: String
    package let agentHost: String?
    /// The agent's clock at its last turn, by which ages are counted.
    package let time: Double?
    package let isStale: Bool
    package let course: HistoryDocument.Course?

    package init(
        row: TopRow, agent: Int, agentLabel: String, agentHost: String?, time: Double?, isStale: Bool,
        course: HistoryDocument.Course?
    ) {
        (self.row, self.agent, self.agentLabel, self.agentHost) = (row, agent, agentLabel, agentHost)
        (self.time, self.isStale, self.course) = (time, isStale, course)
    }

    /// By what a row is known from one table to the next.
    package struct Key: Hashable, Sendable {
        package let agent: Int
        package let identity: TopRow.Identity

        package init(agent: Int, identity: TopRow.Identity) { (self.agent, self.identity) = (agent, identity) }
    }

    package var key: Key { Key(agent: agent, identity: row.identity) }

    /// Seconds since a time of the agent's clock; `nil` where one of both is not known.
    package func age(of moment: Double?) -> Double? {
        guard let moment, let time, moment.isFinite, time.isFinite else { return nil }
        return max(0, time - moment)
    }

    /// The rows of all agents.
    package static func all(of agents: [AgentState], at now: ContinuousClock.Instant) -> [TopEntry] {
        agents.enumerated().flatMap { index, agent in
            let (label, isStale) = (agent.label, agent.isStale(at: now))
            return agent.rows.map { row in
                TopEntry(
                    row: row, agent: index, agentLabel: label, agentHost: agent.facts?.host, time: agent.facts?.time,
                    isStale: isStale, course: agent.courses.isEmpty ? nil : agent.courses[row.identity])
            }
        }
    }
}
