package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the service manager informed as long as a program runs: ready, status, watchdog, stopping.
///
/// As the last service of its group it is the first to stop, so that the manager hears of the stop before anything else ends.
package final class ManagerNotifications: Service {
    private let notifier: ServiceNotifier
    private let watchdog: Mutex<Watchdog?>
    private let lookInterval: Duration
    private let stopLimit: Duration?
    private let turns: @Sendable () -> UInt64
    private let status: @Sendable () -> String
    private let logger: Logger
    private let lastStatus = Mutex<String?>(nil)
    private let hasFailed = Atomic<Bool>(false)

    /// - Parameters:
    ///   - watchdog: nil when the manager asks for no pings.
    ///   - stopLimit: the longest that a graceful stop may take: the manager is told to wait for so long, if its own limit is
    ///     shorter; nil leaves it at that.
    ///   - turns: how often the program's loop has turned; see ``Watchdog``.
    ///   - status: one line for `systemctl status`, asked for at least every ten seconds and sent when it has changed.
    package init(
        notifier: ServiceNotifier, watchdog: Watchdog?, stopLimit: Duration? = nil, logger: Logger,
        turns: @escaping @Sendable () -> UInt64,
        status: @escaping @Sendable () -> String
    ) {
        self.notifier = notifier
        self.stopLimit = stopLimit
        self.watchdog = Mutex(watchdog)
        lookInterval = min(watchdog?.lookInterval ?? .seconds(10), .seconds(10))
        self.turns = turns
        self.status = status
        self.logger = logger
    }

    /// Tells the manager that the program has started; may be called from anywhere, also before ``run()``.
    package func ready() { send([.ready] + changedStatus()) }

    /// Tells the manager that a reload has begun; ``ready()`` ends it.
    package func reloading() { tell { () throws(NotifyError) in try notifier.sendReloading() } }

    /// Asks for this much time from now on for the start, reload or stop that is under way.
    package func extendTimeout(by time: Duration) { send([.extendTimeout(time)]) }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                // Cancelled: the loop's condition ends it.
                try? await Task.sleep(for: lookInterval)
                if !Task.isCancelled { look() }
            }
        }
        send([.stopping] + (stopLimit.map { [.status("stopping"), .extendTimeout($0)] } ?? []))
    }

    private func look() {
        let turns = turns()
        let isPingDue = watchdog.withLock { $0?.isPingDue(turns: turns, at: Self.start.duration(to: .now)) ?? false }
        let states: [NotifyState] = (isPingDue ? [.watchdog] : []) + changedStatus()
        if !states.isEmpty { send(states) }
    }

    private func changedStatus() -> [NotifyState] {
        let line = status()
        return lastStatus.withLock { last in
            guard line != last else { return [] }
            last = line
            return [.status(line)]
        }
    }

    private func send(_ states: [NotifyState]) { tell { () throws(NotifyError) in try notifier.send(states) } }

    private func tell(_ message: () throws(NotifyError) -> Void) {
        do {
            try message()
            hasFailed.store(false, ordering: .relaxed)
        } catch {
            // Once, not at every look.
            guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
            logger.warning("the service manager was not told", metadata: ["reason": "\(error)"])
        }
    }

    private static let start = ContinuousClock.now
}
