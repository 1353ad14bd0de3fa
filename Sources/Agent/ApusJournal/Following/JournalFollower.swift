import ApusLimits
import CLinux
package import ApusThreads
import Synchronization

/// Follows a journal and counts its entries, exactly, over restarts and kills of the process.
///
/// It runs on a thread of its own, and saves its place when it is stopped:
/// ```swift
/// let follower = JournalFollower(JournalFollowerConfiguration(statePath: "/var/lib/apus/journal")) { logger.warning("\($0)") }
/// let service = ThreadService(name: "apus-journal") { wake in follower.run(until: wake) }
/// follower.snapshot()?.messages(unit: "nginx.service", priority: .error)
/// ```
package final class JournalFollower: Sendable {
    private let configuration: JournalFollowerConfiguration
    private let notify: @Sendable (JournalNotice) -> Void
    private let shared = Mutex(Shared())

    private struct Shared {
        var counts: JournalCounts?
        var progress = JournalProgress()
        /// What was chosen since the counter last asked.
        var choice: JournalChoice?
    }

    /// The journal that is followed.
    package var source: JournalOrigin { configuration.source }

    /// - Parameter notify: called on the thread of ``run(until:)``.
    package init(_ configuration: JournalFollowerConfiguration, notify: @escaping @Sendable (JournalNotice) -> Void) {
        self.configuration = configuration
        self.notify = notify
    }

    /// The counts of a moment ago; `nil` until the journal's end has been reached once since the start.
    ///
    /// Before that they may be lower than what an earlier process served, which a reader of counters takes for a restart from zero.
    /// Never waits for the journal.
    package func snapshot() -> JournalCounts? { shared.withLock { $0.counts } }

    /// How far the following has come.
    package func progress() -> JournalProgress { shared.withLock { $0.progress } }

    /// Takes over which names are counted, from the next entries on.
    package func choose(_ choice: JournalChoice) { shared.withLock { $0.choice = choice } }

    /// Follows until the wake-up is raised, and saves once more then; blocks the calling thread.
    ///
    /// A journal that is not there, or breaks, and a saved state that cannot be read are tried again every
    /// ``JournalFollowingLimits/retry``.
    package func run(until wake: WakeUp) {
        let counter = JournalCounter(configuration, notify: notify)
        var last: JournalError?
        while !wake.isRaised {
            do throws(JournalError) {
                try counter.open()
                last = nil
                try follow(counter, until: wake)
            } catch {
                shared.withLock { $0.progress.isOpen = false }
                if error != last { notify(.unavailable(error)) }
                last = error
                counter.save()
                wake.wait(atMost: JournalFollowingLimits.retry.value)
            }
        }
        counter.save()
    }

    /// The time without an entry after which the journal is opened anew.
    private static let longestQuiet = Duration.seconds(60)

    private func follow(_ counter: JournalCounter, until wake: WakeUp) throws(JournalError) {
        let clock = ContinuousClock()
        var due = clock.now + configuration.saveInterval
        var isCaughtUp = snapshot() != nil
        var missing: UInt64 = 0
        var opened = clock.now
        while !wake.isRaised {
            let start = apus_thread_cpu_nanoseconds()
            let isChosenAnew = chooseAnew(counter)
            let count = try counter.countBatch(limit: Self.batch)
            note(isOpen: count > 0 || counter.hasFiles, isAtEnd: count == 0, counter)
            if isChosenAnew || !isCaughtUp || count > 0 || counter.state.counts.missing != missing {
                missing = counter.state.counts.missing
                isCaughtUp = isCaughtUp || count == 0
                if isCaughtUp { publish(counter.state.counts) }
            }
            if clock.now >= due {
                counter.save()
                due = clock.now + configuration.saveInterval
            }
            // A journal of very many files costs much to look through, and each change of one is a reason to: not without pause.
            if count < Self.batch { rest(after: apus_thread_cpu_nanoseconds() - start, until: wake) }
            guard count == 0 else {
                opened = clock.now
                continue
            }
            // What came into being unseen by libsystemd is found by opening anew.
            if clock.now >= opened + (counter.hasFiles ? Self.longestQuiet : .milliseconds(500)) {
                try counter.open()
                opened = clock.now
            }
            let longest: Duration = counter.descriptor == nil || !counter.hasFiles ? .milliseconds(500) : .seconds(5)
            wake.wait(for: counter.descriptor, atMost: counter.isChanged ? min(longest, due - clock.now) : longest)
        }
    }

    private func chooseAnew(_ counter: JournalCounter) -> Bool {
        let choice = shared.withLock { shared in
            defer { shared.choice = nil }
            return shared.choice
        }
        if let choice { counter.choose(choice) }
        return choice != nil
    }

    /// Entries that are counted at a time.
    private static let batch = 512

    private func rest(after look: UInt64, until wake: WakeUp) {
        // What takes less is not worth a pause that entries wait for.
        guard look > 2_000_000 else { return }
        let pause = Duration.nanoseconds(min(look, 1_000_000_000)) * (JournalFollowingLimits.lookShare.value - 1)
        wake.wait(atMost: min(.seconds(1), pause))
    }

    private func publish(_ counts: JournalCounts) { shared.withLock { $0.counts = counts } }

    private func note(isOpen: Bool, isAtEnd: Bool, _ counter: JournalCounter) {
        let (entry, figures) = (counter.lastEntry, counter.figures)
        let now = apus_monotonic_nanoseconds()
        shared.withLock { shared in
            shared.progress = JournalProgress(isOpen: isOpen, isAtEnd: isAtEnd, lastLook: now, lastEntry: entry, files: figures)
        }
    }
}

/// How far a follower has come.
package struct JournalProgress: Sendable {
    /// Whether the journal is open and has files.
    package var isOpen = false
    /// Whether the last look for entries found none that were not counted.
    package var isAtEnd = false
    /// The moment at which the follower last looked for entries, in CLOCK_MONOTONIC nanoseconds; `nil` before the first time. It looks
    /// every five seconds at least.
    package var lastLook: UInt64?
    /// The time at which the last counted entry was received, in microseconds since 1970; `nil` where there is none.
    package var lastEntry: UInt64?
    package var files = JournalFileFigures()
}
