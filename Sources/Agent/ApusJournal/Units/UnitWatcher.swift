import CSystemd
import Glibc
import Synchronization

/// Keeps what systemd says of units: changes come by signal, and whoever reads never waits for the bus.
///
/// ```swift
/// let watcher = UnitWatcher(UnitWatchConfiguration(patterns: [nginx])) { logger.warning("\($0)") }
/// DetachedThread(name: "apus-units") { watcher.run() }.start()
/// watcher.snapshot().units
/// ```
package final class UnitWatcher: Sendable {
    /// Units that are watched by their name, whether they exist or not.
    package let expected: Set<String>
    private let configuration: UnitWatchConfiguration
    private let notify: @Sendable (UnitNotice) -> Void
    private let shared = Mutex(UnitSnapshot())
    private let isStopped = Atomic<Bool>(false)
    /// Whether a snapshot was read since the last time that figures were read anew.
    private let isRead = Atomic<Bool>(false)
    /// Written to by ``stop()``, waited for by ``run()``.
    private let reading: Int32
    private let writing: Int32

    /// - Parameter notify: called on the thread of ``run()``.
    package init(_ configuration: UnitWatchConfiguration, notify: @escaping @Sendable (UnitNotice) -> Void) {
        self.configuration = configuration
        self.notify = notify
        expected = Set(configuration.patterns.filter { !$0.isGlob }.map(\.text))
        var ends: [Int32] = [-1, -1]
        // Without descriptors left, the stop is seen at the next turn.
        if apus_wake_pair(&ends) != 0 { ends = [-1, -1] }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }

    /// What was heard last.
    package func snapshot() -> UnitSnapshot {
        isRead.store(true, ordering: .relaxed)
        return shared.withLock { $0 }
    }

    /// Units that have failed or are absent though expected, for a status line; a look that is no reading.
    package var troubled: Int {
        shared.withLock { $0.units.count { $0.activeState == "failed" || ($0.isAbsent && expected.contains($0.name)) } }
    }

    /// Ends ``run()``, which waits for nobody.
    package func stop() {
        isStopped.store(true, ordering: .releasing)
        var byte: UInt8 = 1
        if writing >= 0 { _ = write(writing, &byte, 1) }
    }

    /// Watches until ``stop()``; a connection that fails is made again, as ``CircuitBreaker`` has it.
    package func run() {
        var ledger = UnitLedger(patterns: configuration.patterns)
        var breaker = CircuitBreaker()
        var generator = SystemRandomNumberGenerator()
        var isToldOf = false
        while !hasStopped {
            var conversation: UnitConversation?
            do throws(UnitBusError) {
                let opened = try UnitConversation(configuration, ledger: ledger)
                conversation = opened
                try converse(opened, &breaker, &isToldOf)
            } catch {
                let pause = breaker.fail(using: &generator)
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
                rest(pause)
            }
        }
    }

    private func converse(
        _ conversation: UnitConversation, _ breaker: inout CircuitBreaker, _ isToldOf: inout Bool
    ) throws(UnitBusError) {
        var published = Published()
        var ignored = 0
        defer { shared.withLock { $0.calls += conversation.calls - published.calls } }
        while !hasStopped {
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
                notify(.tooMany(ignored))
            }
            conversation.wait(wake: reading)
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

    private var hasStopped: Bool { isStopped.load(ordering: .acquiring) }

    private func rest(_ pause: Duration) {
        let end = SuspendingClock.now + pause
        while !hasStopped, SuspendingClock.now < end {
            UnitBus.pause(wake: reading, atMost: SuspendingClock.now.duration(to: end))
        }
    }
}
