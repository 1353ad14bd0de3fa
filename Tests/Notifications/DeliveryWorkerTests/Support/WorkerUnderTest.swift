import DeliveryWorker
import Logging
import NotificationStore
import NotificationTesting

/// One worker with its metrics.
struct WorkerUnderTest {
    let metrics = RecordedMetrics()
    let worker: DeliveryWorker

    init(
        _ store: any NotificationStore, logger: Logger = quietLogger, receivers: ReceiverSettings = ReceiverSettings(),
        losses: LineLosses = .none, _ configure: (inout WorkerConfiguration) -> Void = { _ in }
    ) {
        var configuration = WorkerConfiguration()
        configuration.pollInterval = .milliseconds(50)
        // Without jitter, so that a due time can be foretold.
        configuration.retries = RetrySchedule(delays: [.seconds(30), .seconds(120)], jitter: 0)
        configure(&configuration)
        worker = DeliveryWorker(
            store: store, configuration: configuration, factory: metrics, logger: logger, receivers: receivers,
            losses: losses)
    }

    func run<Result: Sendable>(_ body: (GracefulStop) async throws -> Result) async throws -> Result {
        try await withServices([worker], body)
    }
}
