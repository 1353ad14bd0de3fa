import Glibc
package import Logging
import ServiceLifecycle
import SystemPackage

/// Starts child processes in stages, starts again those that die, and stops all of them in the reverse order.
///
/// ```swift
/// let supervisor = try Supervisor(stages: [[agent], apis, workers], logFolder: "data/logs", logger: logger)
/// try await ServiceGroup(services: [supervisor], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
/// ```
///
/// A stage is started once every child of the stage before is ready. A child that ends before it was ever ready fails the start: all
/// that runs is stopped and ``run()`` throws. From then on no child's end ends the fleet.
///
/// A graceful shutdown and a cancellation stop the children alike: stage after stage from the last to the first, the children of a
/// stage at once, each by SIGTERM and, after its grace, by SIGKILL. The stop takes no longer than the sum over the stages of
/// the longest grace in each, but for a process that the kernel holds in uninterruptible sleep.
package final class Supervisor: Service {
    private let stages: [[ChildRunner]]
    private let logInterval: Duration
    private let logger: Logger
    private let onUp: @Sendable () async -> Void

    /// Makes a supervisor of children that are not started yet.
    ///
    /// - Parameters:
    ///   - stages: the children, in order of start.
    ///   - logFolder: each child's output is appended to `NAME.log` in it; it is made when missing, its parent is not.
    ///   - logInterval: how often the sizes of the logs are looked at.
    ///   - logger: told of every event.
    ///   - onEvent: called with every event, from any thread; it must return quickly.
    ///   - onUp: called once when all children have become ready.
    /// - Throws: ``SupervisorError``.
    package init(
        stages: [[ChildSpecification]], logFolder: String, logInterval: Duration = .seconds(10), logger: Logger,
        onEvent: @escaping @Sendable (ChildEvent) -> Void = { _ in }, onUp: @escaping @Sendable () async -> Void = {}
    ) throws {
        var names: Set<String> = []
        for child in stages.joined() where !names.insert(child.name).inserted {
            throw SupervisorError.duplicateChild(name: child.name)
        }
        if mkdir(logFolder, 0o750) != 0, errno != EEXIST {
            throw SupervisorError.logFolder(path: logFolder, reason: "\(Errno(rawValue: errno))")
        }
        let report: @Sendable (ChildEvent) -> Void = { event in
            logger.log(level: event.isTrouble ? .warning : .info, "\(event)")
            onEvent(event)
        }
        self.stages = stages.map { stage in
            stage.map { ChildRunner($0, log: ChildLog(path: "\(logFolder)/\($0.name).log"), report: report) }
        }
        self.logInterval = logInterval
        self.logger = logger
        self.onUp = onUp
    }

    /// A snapshot of every child, in order of start.
    package var status: [ChildStatus] { stages.joined().map(\.status) }

    /// Runs the fleet until it is shut down or cancelled.
    ///
    /// - Throws: ``ChildStartFailure`` when a child could not be brought up. All children are stopped by then.
    package func run() async throws {
        let result: Result<Void, any Error>
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await self.keepLogs() }
                    try await self.bringUp()
                    await self.onUp()
                    try await gracefulShutdown()
                    group.cancelAll()
                }
            }
            result = .success(())
        } catch is CancellationError {
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await bringDown()
        try result.get()
    }

    /// Rotates the logs that are long, until it is cancelled.
    private func keepLogs() async {
        while (try? await Task.sleep(for: logInterval)) != nil { rotateLogs(past: ChildLog.rotationSize) }
    }

    /// Begins a new log of each child; what it held is in `NAME.log.1`.
    package func rotateLogs() { rotateLogs(past: 0) }

    private func rotateLogs(past size: Int64) {
        for log in stages.joined().map(\.log) {
            do throws(Errno) {
                if try log.rotate(past: size) { logger.info("\(log.path) is rotated") }
            } catch {
                // One that was never started has none.
                if error == .noSuchFileOrDirectory { continue }
                logger.warning("\(log.path) cannot be rotated: \(error); free space, or look at the folder's owner")
            }
        }
    }

    private func bringUp() async throws {
        for stage in stages {
            for runner in stage { runner.start() }
            for runner in stage { try await runner.waitForFirstStart() }
        }
    }

    /// Stops all children; a cancellation does not cut it short, because nothing else here may run while a child is left.
    private func bringDown() async {
        for stage in stages.reversed() {
            await withDiscardingTaskGroup { group in
                for runner in stage { group.addTask { await runner.stop() } }
            }
        }
    }
}

/// A supervisor that cannot be made as asked.
package enum SupervisorError: Error, Hashable, CustomStringConvertible {
    case duplicateChild(name: String)
    case logFolder(path: String, reason: String)

    package var description: String {
        switch self {
        case .duplicateChild(let name): "two children are named \(name); give each its own name"
        case .logFolder(let path, let reason): "the log folder \(path) cannot be made: \(reason)"
        }
    }
}

/// The failure of a child that ended before it was ready, when the fleet was brought up.
package struct ChildStartFailure: Error, CustomStringConvertible {
    package let child: String
    package let exit: ChildExit
    /// The last line of its output.
    package let lastLine: String?
    package let logPath: String

    package var description: String {
        if case .notStarted = exit { return "\(child) \(exit)" }
        let words = lastLine.map { ": \($0)" } ?? ""
        return "\(child) \(exit) before it was ready\(words) (its log is \(logPath))"
    }
}
