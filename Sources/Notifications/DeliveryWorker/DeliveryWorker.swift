package import CoreMetrics
import EventCatalog
package import Logging
package import NotificationStore
import ServiceLifecycle

/// Takes notifications off the store's queue and delivers them: claims a batch, attempts each, records what came of it.
///
/// ```swift
/// let worker = DeliveryWorker(store: store, factory: reporter.factory, logger: logger)
/// try await ServiceGroup(services: [reporter, worker], logger: logger).run()
/// ```
///
/// Hand-over is at least once: a receiver that keeps to the `webhook-id` is delivered to once. A worker whose lease has passed cannot
/// record anything, and one that is killed loses nothing but its leases' time. A store that fails is asked again, with growing pauses;
/// outcomes that it did not take are kept meanwhile.
package final class DeliveryWorker: Service {
    /// How long attempts may go on when the worker is cancelled instead of stopped gracefully.
    private static let cancelLimit = Duration.seconds(1)

    /// Who holds this worker's leases.
    package let owner: String
    private let store: any NotificationStore
    private let configuration: WorkerConfiguration
    private let metrics: WorkerMetrics
    private let pulse: WorkerPulse
    private let onReady: @Sendable () -> Void
    private let receivers: ReceiverSettings
    private let losses: LineLosses
    private let resolver: NameResolver
    private let logger: Logger

    /// - Parameters:
    ///   - owner: unique for each start of a process.
    ///   - factory: the backend that the worker's metrics are recorded with; all series are made here.
    ///   - pulse: is kept up to date while the worker runs.
    ///   - receivers: how names are looked up and servers trusted.
    ///   - losses: what becomes of the log's lines, by which the channel `log` knows what is delivered.
    ///   - onReady: called once, when the store has taken the first claim.
    package init(
        store: any NotificationStore, configuration: WorkerConfiguration = WorkerConfiguration(), factory: any MetricsFactory,
        logger: Logger, owner: String = WorkerOwner.make(), pulse: WorkerPulse = WorkerPulse(),
        receivers: ReceiverSettings = ReceiverSettings(), losses: LineLosses = .none,
        onReady: @escaping @Sendable () -> Void = {}
    ) {
        self.store = store
        self.configuration = configuration
        self.owner = owner
        self.pulse = pulse
        self.onReady = onReady
        self.receivers = receivers
        self.losses = losses
        let metrics = WorkerMetrics(factory: factory)
        self.metrics = metrics
        resolver = NameResolver(lookup: receivers.lookup, patience: receivers.lookupTime) { result, names in
            metrics.receivers.count(result, names: names)
        }
        var logger = logger
        logger[metadataKey: "owner"] = "\(owner)"
        self.logger = logger
    }

    /// Works until graceful shutdown or cancellation, and returns when what was begun is recorded and the other leases are given back.
    package func run() async throws {
        let (events, queue) = AsyncStream<WorkerEvent>.makeStream()
        let deliverer = Deliverer(
            webhooks: WebhookSender(
                client: ReceiverClient(configuration: receivers.security), resolver: resolver,
                timeout: configuration.attemptLimit, metrics: metrics.receivers),
            logger: logger, losses: losses)
        let loop = WorkerLoop(
            store: store, owner: owner, configuration: configuration, deliverer: deliverer, metrics: metrics, pulse: pulse,
            logger: logger, queue: queue, onReady: onReady)
        // A task of its own: cancellation is an event to the loop, and does not reach its last writes.
        let work = Task { [logger] in
            await loop.run(events)
            await deliverer.shutDown()
            logger.info("stopped", metadata: CataloguedEvent.workerStopped.metadata)
        }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await work.value
            } onGracefulShutdown: { [drainLimit = configuration.drainLimit] in
                queue.yield(.stop(within: drainLimit))
            }
        } onCancel: {
            queue.yield(.stop(within: Self.cancelLimit))
        }
    }
}
