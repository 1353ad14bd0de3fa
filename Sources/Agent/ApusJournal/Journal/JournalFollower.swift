import Glibc
import Synchronization

/// Follows a journal and counts its entries, exactly, over restarts and kills of the process.
///
/// Run it on a thread of its own, and stop it to save:
/// ```swift
/// let follower = JournalFollower(JournalFollowerConfiguration(statePath: "/var/lib/apus/journal")) { logger.warning("\($0)") }
/// DetachedThread(name: "apus-journal") { follower.run() }.start()
/// follower.snapshot()?.messages(unit: "nginx.service", priority: .error)
/// ```
package final class JournalFollower: Sendable {
    private let configuration: JournalFollowerConfiguration
    private let notify: @Sendable (JournalNotice) -> Void
    private let shared = Mutex(Shared())
    /// Written to by ``stop()``, waited for by ``run()``.
    private let reading: Int32
    private let writing: Int32

    private struct Shared {
        var counts: JournalCounts?
        var progress = JournalProgress()
        var isStopped = false
    }

    /// - Parameter notify: called on the thread of ``run()``.
    package init(_ configuration: JournalFollowerConfiguration, notify: @escaping @Sendable (JournalNotice) -> Void) {
        self.configuration = configuration
        self.notify = notify
        var ends: [Int32] = [-1, -1]
        // Without descriptors left, the stop is seen a little later, by the flag.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        if socketpair(AF_UNIX, kind, 0, &ends) != 0 { ends = [-1, -1] }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }

    /// The counts of a moment ago; `nil` until the journal's end has been reached once since the start.
    ///
    /// Before that they may be lower than what an earlier process served, which a reader of counters takes for a restart from zero.
    /// Never waits for the journal.
    package func snapshot() -> JournalCounts? { shared.withLock { $0.counts } }

    /// How far the following has come.
    package func progress() -> JournalProgress { shared.withLock { $0.progress } }

    /// Ends ``run()``, after a last save.
    package func stop() {
        shared.withLock { $0.isStopped = true }
        var byte: UInt8 = 1
        if writing >= 0 { _ = write(writing, &byte, 1) }
    }

    /// Follows until ``stop()``. A journal that is not there, or breaks, is tried again every five seconds.
    package func run() {
        let counter = JournalCounter(configuration, notify: notify)
        var last: JournalError?
        while !isStopped {
            do throws(JournalError) {
                try counter.open()
                last = nil
                try follow(counter)
            } catch {
                shared.withLock { $0.progress.isOpen = false }
                if error != last { notify(.unavailable(error)) }
                last = error
                counter.save()
                wait(for: nil, at: .seconds(5))
            }
        }
        counter.save()
    }

    /// Without an entry for so long, the journal is opened anew.
    private static let longestQuiet = Duration.seconds(60)

    private func follow(_ counter: JournalCounter) throws(JournalError) {
        let clock = ContinuousClock()
        var due = clock.now + configuration.saveInterval
        var isCaughtUp = snapshot() != nil
        var opened = clock.now
        while !isStopped {
            let count = try counter.countBatch()
            note(isOpen: count > 0 || counter.hasFiles, isAtEnd: count == 0, counter.state)
            if !isCaughtUp || count > 0 {
                isCaughtUp = isCaughtUp || count == 0
                if isCaughtUp { publish(counter.state.counts) }
            }
            if clock.now >= due {
                counter.save()
                due = clock.now + configuration.saveInterval
            }
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
            wait(for: counter.descriptor, at: counter.isChanged ? min(longest, due - clock.now) : longest)
        }
    }

    private var isStopped: Bool { shared.withLock { $0.isStopped } }

    private func publish(_ counts: JournalCounts) { shared.withLock { $0.counts = counts } }

    private func note(isOpen: Bool, isAtEnd: Bool, _ state: JournalState) {
        let entry = state.cursor?.realtime
        let now = ContinuousClock.now
        shared.withLock { shared in
            shared.progress = JournalProgress(isOpen: isOpen, isAtEnd: isAtEnd, lastLook: now, lastEntry: entry)
        }
    }

    /// Until the journal changes, the stop, or the time is up.
    private func wait(for journal: Int32?, at most: Duration) {
        // poll(2) passes over negative descriptors.
        var polled = [
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: journal ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let (seconds, attoseconds) = most.components
        let milliseconds = max(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1, 1)
        _ = poll(&polled, 2, Int32(clamping: reading < 0 ? min(milliseconds, 500) : milliseconds))
    }
}
