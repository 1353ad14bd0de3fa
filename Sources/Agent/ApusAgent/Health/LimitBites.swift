import Synchronization

/// When a limit of the agent has last kept something from somebody, by what was kept: told by counts that rise from turn to turn.
final class LimitBites: Sendable {
    private struct Bite {
        var count: UInt64
        /// CLOCK_MONOTONIC in nanoseconds; `nil` before the first.
        var at: UInt64?
    }

    private let bites = Mutex<[String: Bite]>([:])

    /// Takes note of what was counted until a turn of the sampling loop.
    func turn(_ totals: AgentWork.Totals, at now: Moment) {
        let counts: [(String, UInt64)] = [
            ("reports refused", totals.refusals.values.reduce(0, +)), ("series left out", totals.seriesLeftOut),
            ("scrapes rejected", totals.rejectedScrapes), ("connections rejected", totals.rejectedConnections),
            ("instances forgotten", totals.forgottenInstances), ("pauses in accepting", totals.acceptPauses),
            ("groups not served", UInt64(max(0, totals.unservedGroups))),
        ]
        bites.withLock { bites in
            for (what, count) in counts where count != bites[what]?.count ?? 0 {
                bites[what] = Bite(count: count, at: count > bites[what]?.count ?? 0 ? now.monotonic : bites[what]?.at)
            }
        }
    }

    /// What was kept from somebody within a time before a moment.
    func recent(within seconds: Double, at now: Moment) -> [String] {
        bites.withLock { bites in
            bites.filter { $0.value.at.map { now.seconds(since: $0) <= seconds } ?? false }.keys.sorted()
        }
    }
}
