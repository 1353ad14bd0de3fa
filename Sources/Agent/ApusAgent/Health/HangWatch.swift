import AgentMetrics
import ApusLimits
import ApusThreads
import EventCatalog
import Logging
import ServiceLifecycle
import Synchronization

/// Judges every instance once a second, and says in the log when one begins to hang and when it runs again.
///
/// It works on a thread of its own, so that neither the sampling loop nor a scrape holds it up, and its turns are what tells a pause
/// of the agent.
final class HangWatch: Service {
    private let table: InstanceTable
    private let clock: AgentClock
    private let logger: Logger
    /// What is done after all were judged.
    private let judged: @Sendable (Moment) -> Void
    /// Since when the instances hang of which the log says so: CLOCK_MONOTONIC in nanoseconds.
    private let told = Mutex<[InstanceIdentity: UInt64]>([:])
    /// By user, as whoever reports can have instances hang and run again as often as he likes.
    private let throttle = LogThrottle<UInt32?>(burst: ReportLimits.lines.value)

    init(table: InstanceTable, clock: AgentClock, logger: Logger, judged: @escaping @Sendable (Moment) -> Void = { _ in }) {
        self.judged = judged
        self.table = table
        self.clock = clock
        self.logger = logger
    }

    func run() async throws { try await ThreadService(name: "apus-hangs", every: .seconds(1)) { self.turn() }.run() }

    private func turn() {
        let now = clock.now()
        table.turnHangs(at: now)
        told.withLock { told in
            var hung: [InstanceIdentity: UInt64] = [:]
            var changed: [(instance: KnownInstance, found: (pid: Int32, hang: Hang)?)] = []
            for instance in table.unordered {
                let (found, since) = (instance.hang(at: now), told[instance.identity])
                if found != nil { hung[instance.identity] = since ?? now.monotonic }
                if (found == nil) != (since == nil) { changed.append((instance, found)) }
            }
            for (instance, found) in changed.sorted(by: { $0.instance.identity < $1.instance.identity }) {
                if let found {
                    tell(instance, found.pid, found.hang)
                } else if let since = told[instance.identity] {
                    tellEnd(instance, seconds: now.seconds(since: since))
                }
            }
            if told.count != hung.count || hung.keys.contains(where: { told[$0] == nil }) { table.lives.note() }
            told = hung
        }
        judged(now)
    }

    private func tell(_ instance: KnownInstance, _ pid: Int32, _ hang: Hang) {
        guard let omitted = throttle.admit(instance.uid) else { return }
        var facts: Logger.Metadata = ["instance": "\(instance.identity)", "pid": "\(pid)", "reason": "\(hang)"]
        if omitted > 0 { facts["omitted"] = "\(omitted)" }
        logger.error("an instance is alive but hung", metadata: CataloguedEvent.instanceHung.metadata(facts))
    }

    /// Says that it runs again; of one that has ended, that is told elsewhere.
    private func tellEnd(_ instance: KnownInstance, seconds: Double) {
        guard instance.isAlive, let pid = instance.holding.by?.pid, let omitted = throttle.admit(instance.uid) else { return }
        var facts: Logger.Metadata = [
            "instance": "\(instance.identity)", "pid": "\(pid)", "seconds": "\(seconds.rounded())",
        ]
        if omitted > 0 { facts["omitted"] = "\(omitted)" }
        logger.notice("an instance that was hung runs again", metadata: CataloguedEvent.instanceRecovered.metadata(facts))
    }
}
