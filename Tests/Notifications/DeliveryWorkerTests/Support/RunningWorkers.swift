import DeliveryWorker
import Logging
import NotificationStore
import ServiceLifecycle

/// Stops the workers that run; a second call does nothing.
struct WorkerStop: Sendable {
    let group: ServiceGroup

    func callAsFunction() async { await group.triggerGracefulShutdown() }
}

/// Runs services while the body runs, and stops them gracefully after it.
func withServices<Result: Sendable>(
    _ services: [any Service], _ body: (WorkerStop) async throws -> Result
) async throws -> Result {
    let group = ServiceGroup(services: services, logger: quietLogger)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        do {
            let result = try await body(WorkerStop(group: group))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        } catch {
            // The end of the group waits for its task.
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}

/// One worker with its metrics.
struct WorkerUnderTest {
    let metrics = RecordedMetrics()
    let worker: DeliveryWorker

    init(
        _ store: any NotificationStore, logger: Logger = quietLogger,
        _ configure: (inout WorkerConfiguration) -> Void = { _ in }
    ) {
        var configuration = WorkerConfiguration()
        configuration.pollInterval = .milliseconds(50)
        // Without jitter, so that a due time can be foretold.
        configuration.retries = RetrySchedule(delays: [.seconds(30), .seconds(120)], jitter: 0)
        configure(&configuration)
        worker = DeliveryWorker(store: store, configuration: configuration, factory: metrics, logger: logger)
    }

    func run<Result: Sendable>(_ body: (WorkerStop) async throws -> Result) async throws -> Result {
        try await withServices([worker], body)
    }
}
