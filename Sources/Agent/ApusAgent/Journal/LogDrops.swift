import ApusMetrics
import AgentMetrics

/// Messages of the agent's own log that were dropped, on a scrape.
struct LogDrops: FamilySource {
    let count: @Sendable () -> UInt64

    func write(to encoder: inout ExpositionEncoder) {
        encoder.family(JournalFollowing.droppedLogs, Double(count()))
    }
}
