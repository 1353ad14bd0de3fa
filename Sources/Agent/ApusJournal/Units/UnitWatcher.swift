package import AgentMetrics
package import ApusThreads
import Synchronization

/// Keeps what systemd says of units: changes come by signal, and whoever reads never waits for the bus.
///
/// ```swift
/// let watcher = UnitWatcher(UnitWatchConfiguration(patterns: [nginx])) { logger.warning("\($0)") }
/// let service = ThreadService(name: "apus-units") { wake in watcher.run(until: wake) }
/// watcher.snapshot().units
/// ```
package final class UnitWatcher: Sendable {
    /// The units that are watched by their name, whether they exist or not.
    package let expected: Set<String>
    private let configuration: UnitWatchConfiguration
    private let notify: @Sendable (UnitNotice) -> Void
    private let shared = Mutex(UnitSnapshot())
    /// Whether a snapshot was read since the last time that figures were read anew.
    private let isRead = Atomic<Bool>(false)

    /// - Parameter notify: called on the thread of ``run(until:)``.
    package init(_ configuration: UnitWatchConfiguration, notify: @escaping @Sendable (UnitNotice) -> Void) {
        self.configuration = configuration
        self.notify = notify
        expected = Set(configuration.patterns.filter { !$0.isGlob }.map(\.text))
    }

    /// What was heard last.
    package func snapshot() -> UnitSnapshot {
        isRead.store(true, ordering: .relaxed)
        return shared.withLock { $0 }
    }

    /// How many units have failed or are absent though expected, for a status line; a look that is no reading.
    package var troubled: Int {
        shared.withLock { $0.units.count { $0.activeState == "failed" || ($0.isAbsent && expected.contains($0.name)) } }
    }

    /// Watches until the wake-up is raised; blocks the calling thread.
    ///
    /// A connection that fails is made again: twice after 100 ms, and from the third failure in a row on, when the breaker is
    /// open, in pauses that double from a second to a minute, each up to a fifth shorter or longer.
    package func run(until wake: WakeUp) {
        var ledger = UnitLedger(patterns: configuration.patterns)
        var breaker = CircuitBreaker<SuspendingClock.Instant>(
            threshold: 3, closedPause: .milliseconds(100),
            backoff: Backoff(first: .seconds(1), longest: .seconds(60), spread: 0.8...1.2))
        var generator = SystemRandomNumberGenerator()
        var isToldOf = false
        while !wake.isRaised {
            var conversation: UnitConversation?
            do throws(UnitBusError) {
                let opened = try UnitConversation(configuration, ledger: ledger)
                conversation = opened
                try converse(opened, &breaker, &isToldOf, until: wake)
            } catch {
                breaker.fail(at: .now, using: &generator)
                let isOpen = breaker.isOpen
                shared.withLock {
                    $0.isUp = false
                    $0.isBreakerOpen = isOpen
                    $0.errors[error.reason, default: 0] += 1
                }
                // A bus that is made anew is nothing to talk about.
                if isOpen && !isToldOf {
                    isToldOf = true
                    notify(.unavailable(error))
                }
                ledger = conversation?.ledger ?? ledger
                // Closed before the pause.
                conversation = nil
                rest(until: breaker.retryAt ?? .now, wake)
            }
        }
    }

    private func converse(
        _ conversation: UnitConversation, _ breaker: inout CircuitBreaker<SuspendingClock.Instant>, _ isToldOf: inout Bool,
        until wake: WakeUp
    ) throws(UnitBusError) {
        var published = Published()
        var ignored = 0
        defer { shared.withLock { $0.calls += conversation.calls - published.calls } }
        while !wake.isRaised {
            try conversation.turn { isRead.exchange(false, ordering: .relaxed) }
            if conversation.isListed {
                breaker.succeed()
                if isToldOf { notify(.available) }
                isToldOf = false
            }
            publish(conversation, &published)
            for refusal in conversation.refusals { notify(.refused(refusal)) }
            conversation.refusals.removeAll()
            if conversation.ledger.ignored.count > ignored {
                ignored = conversation.ledger.ignored.count
                let ledger = conversation.ledger
                notify(.tooMany(ignored, globs: ledger.crowdedGlobs, limit: ledger.mostUnits))
            }
            conversation.wait(wake)
        }
    }

    /// What of a conversation is in the snapshot already.
    private struct Published {
        var calls: UInt64 = 0
        var revision: UInt64?
    }

    private func publish(_ conversation: UnitConversation, _ published: inout Published) {
        let (calls, refusals) = (conversation.calls - published.calls, conversation.refusals)
        published.calls = conversation.calls
        let isListed = conversation.isListed
        var units: [UnitState]?
        if isListed, published.revision != conversation.ledger.revision {
            units = conversation.ledger.states
            published.revision = conversation.ledger.revision
        }
        shared.withLock {
            if let units { $0.units = units }
            if isListed {
                $0.isUp = true
                $0.isBreakerOpen = false
            }
            $0.lastAnswer = conversation.lastAnswer ?? $0.lastAnswer
            $0.calls += calls
            for refusal in refusals { $0.errors[refusal.reason, default: 0] += 1 }
        }
    }

    private func rest(until end: SuspendingClock.Instant, _ wake: WakeUp) {
        while SuspendingClock.now < end, !wake.wait(atMost: SuspendingClock.now.duration(to: end)) {}
    }
}

/// The choice of units to watch, and how patiently they are asked about.
package struct UnitWatchConfiguration: Sendable {
    /// The place where systemd is; `nil` is this host's, looked for at each connection.
    package var address: UnitBusAddress?
    package var patterns: [UnitPattern]
    /// The time that a call may take, and the making of a connection.
    package var deadline = Duration.seconds(2)
    /// The time between two signs of life that are asked of systemd. What it accounts without telling of changes (memory,
    /// tasks, CPU time) is read anew as often, while somebody reads snapshots.
    package var checkInterval = Duration.seconds(15)
    /// The time after which everything is read anew, in case that a signal was lost.
    package var recheckInterval = Duration.seconds(300)

    package init(patterns: [UnitPattern], address: UnitBusAddress? = nil) {
        self.patterns = patterns
        self.address = address
    }
}

/// What is known of the units at a moment, and how well.
package struct UnitSnapshot: Sendable {
    /// The units, sorted by name, without those of which nothing has been heard yet.
    package var units: [UnitState] = []
    /// Whether systemd answers, and tells of changes.
    package var isUp = false
    package var isBreakerOpen = false
    /// The moment at which systemd answered last, in CLOCK_MONOTONIC nanoseconds; `nil` before the first time.
    package var lastAnswer: UInt64?
    package var calls: UInt64 = 0
    package var errors: [BusErrorReason: UInt64] = [:]

    package init() {}
}

/// What is worth a line in the log.
package enum UnitNotice: Sendable, Equatable {
    /// Nothing is heard of units; this is said once, until they are heard of again.
    case unavailable(UnitBusError)
    case available
    /// systemd did not answer a question about a unit; what was known of it is kept.
    case refused(UnitBusError)
    /// A number of units match globs and are not watched, because so many are already.
    case tooMany(Int, globs: [String], limit: Int)
}
