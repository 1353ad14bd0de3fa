import NIOPosix
import NIOCore
import CommandConventions
import ApusLinux
import ApusReporting
import ApusSystemd
import ApusThreads
import ArgumentParser
import CoreMetrics
import DeliveryWorker
import EventCatalog
import Glibc
import Logging
import NotificationStore
import SQLiteStore
import ServiceLifecycle
import UnixSignals

/// One instance of a service as a process: its log, its store, its reporter, and what the service manager hears of it.
struct PlatformProcess: Sendable {
    let logger: Logger
    let store: any NotificationStore
    let reporter: Reporter
    /// Nil when no manager asked to be told.
    private let notifier: ServiceNotifier?
    private let watchdog: Watchdog?
    private let output: LogOutput
    /// A supervisor ends the process after its own patience, and may not be the only one who sends it SIGTERM.
    private let isSupervised: Bool

    /// Opens the log, reaches the store, and makes the reporter the backend of all metrics.
    ///
    /// Where a manager waits to be told of the start, a store that does not answer is asked until it does, or until the manager's
    /// patience ends; otherwise it is an error.
    ///
    /// - Parameters:
    ///   - service: the label `service` of all series, `worker` or `api`.
    ///   - longestTurn: how long one turn of the service's loop may take.
    ///   - bounds: how much may wait in the store before this process puts no more into it.
    init(
        _ arguments: ServiceArguments, service: String, longestTurn: Duration, bounds: QueueBounds = QueueBounds()
    ) async throws {
        CrashTrace.enable()
        DescriptorLimit.raise()
        // There is no file of its own to be opened anew: the journal or the supervisor has the log.
        signal(SIGHUP, SIG_IGN)
        do {
            watchdog = try Watchdog()
        } catch {
            throw CommandFailure("\(error)")
        }
        if let watchdog, !watchdog.allows(turn: longestTurn) {
            throw ValidationError(
                "the unit's WatchdogSec, \(watchdog.timeout), is shorter than two turns of this service, which may take "
                    + "\(longestTurn) each: raise it")
        }
        notifier = ServiceNotifier()
        let output = LogOutput(arguments.log, identifier: "apus-\(service)")
        LoggingSystem.bootstrap { output.handler(label: $0) }
        self.output = output
        isSupervised = arguments.lifeline
        var logger = Logger(label: "apus.\(service)")
        logger.logLevel = arguments.logLevel
        // Lines for people are in a file or a terminal of this instance alone.
        if output.journal != nil { logger[metadataKey: "instance"] = "\(arguments.instance)" }
        self.logger = logger
        store = try await Self.openStore(arguments, bounds, notifier: notifier, logger: logger)
        reporter = try arguments.reporter(service: service, logger: logger)
        reporter.watchEventLoops()
        MetricsSystem.bootstrap(reporter.factory)
    }

    /// What the manager hears while the service runs; nil when no manager asked to be told.
    ///
    /// - Parameters:
    ///   - stopLimit: the longest that a graceful stop may take.
    ///   - turns: how often the service's loop has turned.
    ///   - status: one line.
    func notifications(
        stopLimit: Duration, turns: @escaping @Sendable () -> UInt64, status: @escaping @Sendable () -> String
    ) -> ManagerNotifications? {
        notifier.map { notifier in
            ManagerNotifications(
                notifier: notifier, watchdog: watchdog, stopLimit: stopLimit, logger: logger, turns: turns, status: status)
        }
    }

    /// What becomes of the log's lines.
    var losses: LineLosses {
        LineLosses(lost: { [output] in output.lost }, waiting: { [output] in output.waiting })
    }

    /// Runs the service until SIGTERM or SIGINT, at once at the second of them, and closes what it opened.
    ///
    /// - Parameter services: stopped in the opposite order, and the reporter after all of them: what they do last is still reported.
    func run(_ services: [any Service]) async throws {
        let own: [any Service] = [reporter, HeapUpkeep()]
        let group = ServiceGroup(
            configuration: .init(
                services: (isSupervised ? [] : [await .stopSignals(logger: logger)])
                    + (own + services).map { .init(service: $0) },
                gracefulShutdownSignals: isSupervised ? [.sigterm, .sigint] : [], logger: logger))
        let result: Result<Void, any Error>
        do { result = .success(try await group.run()) } catch { result = .failure(error) }
        await store.close()
        _ = output.flush(within: .seconds(1))
        try result.get()
    }

    private static func openStore(
        _ arguments: ServiceArguments, _ bounds: QueueBounds, notifier: ServiceNotifier?, logger: Logger
    ) async throws -> any NotificationStore {
        var told: String?
        while true {
            do throws(StoreError) {
                return try arguments.openStore(bounds: bounds)
            } catch {
                guard let notifier, error.mayPass else { throw CommandFailure(error.description) }
                if told != error.description {
                    told = error.description
                    logger.warning(
                        "the store cannot be reached; it is tried again",
                        metadata: CataloguedEvent.storeUnreachable.metadata(["error": "\(error)"]))
                    // A manager that does not listen is told of once it matters, at the start.
                    try? notifier.send([.status("waiting for the database: \(error)")])
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}

extension StoreError {
    /// Whether another attempt to open the database can end otherwise.
    fileprivate var mayPass: Bool {
        if case .newerSchema = self { false } else { true }
    }
}

extension Reporter {
    /// Has the event loops of this process watched, on which its HTTP servers and clients run: `event-loop-0`, `event-loop-1`, ….
    func watchEventLoops() {
        for (number, loop) in MultiThreadedEventLoopGroup.singleton.makeIterator().enumerated() {
            watch(executor: "event-loop-\(number)") { probe in loop.execute(probe) }
        }
    }
}
