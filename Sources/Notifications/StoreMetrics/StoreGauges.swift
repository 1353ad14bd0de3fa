import AgentMetrics
import ApusReporting
package import CoreMetrics
import EventCatalog
package import Logging
package import NotificationStore
import ServiceLifecycle
import Synchronization

/// Serves what the store says of its queue and its connections as gauges, and the waits for a connection as a histogram.
///
/// The queue is counted in SQL, once a second; when counting takes long, the pause is twenty times as long as the counting, so that a
/// large queue is not made slower by watching it. While the store fails, the last numbers stay and the trouble is logged.
package final class StoreGauges: Service {
    /// The label `pool` of the connection pool.
    package static let pool = "notifications"

    private let store: any NotificationStore
    private let interval: Duration
    private let logger: Logger
    private let connections: ConnectionGauges
    private let queue: QueueGauges
    private let lastDepth = Mutex<QueueDepth?>(nil)

    /// Makes the gauges, and observes the waits for a connection from now on.
    ///
    /// - Parameter interval: the shortest pause between two turns.
    package init(
        store: any NotificationStore, interval: Duration = .seconds(1), factory: any MetricsFactory, logger: Logger
    ) {
        self.store = store
        self.interval = interval
        self.logger = logger
        connections = ConnectionGauges(pool: Self.pool, factory: factory)
        queue = QueueGauges(factory: factory)
        let waits = ConnectionPool.waitTime.handle(PoolLabels(pool: Self.pool), factory: factory)
        store.observeWaits { waits.record($0 / .seconds(1)) }
    }

    /// The queue as it was counted last; nil when that failed, or was never done.
    package var depth: QueueDepth? { lastDepth.withLock { $0 } }

    /// Reads and serves until graceful shutdown or cancellation.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown { try await self.turn() }
    }

    private func turn() async throws {
        var isFailing = false
        while true {
            let start = ContinuousClock.now
            connections.set(store.connections)
            do throws(StoreError) {
                let depth = try await store.queueDepth()
                queue.set(depth)
                lastDepth.withLock { $0 = depth }
                if isFailing { logger.info("the queue can be counted again") }
                isFailing = false
            } catch {
                if !isFailing, !Task.isCancelled {
                    logger.warning(
                        "the queue cannot be counted; its gauges stand still",
                        metadata: CataloguedEvent.storeUnreachable.metadata(["error": "\(error)"]))
                }
                lastDepth.withLock { $0 = nil }
                isFailing = true
            }
            try await Task.sleep(for: max(interval, start.duration(to: .now) * 20))
        }
    }
}
