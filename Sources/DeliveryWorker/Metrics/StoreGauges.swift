import ApusReporting
package import CoreMetrics
package import Logging
import MetricCatalog
package import NotificationStore
import ServiceLifecycle

/// Serves what the store says of its queue and its connections as gauges.
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

    /// - Parameter interval: the shortest pause between two turns.
    package init(
        store: any NotificationStore, interval: Duration = .seconds(1), factory: any MetricsFactory, logger: Logger
    ) {
        self.store = store
        self.interval = interval
        self.logger = logger
        connections = ConnectionGauges(pool: Self.pool, factory: factory)
        queue = QueueGauges(factory: factory)
    }

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
                queue.set(try await store.queueDepth())
                if isFailing { logger.info("the queue can be counted again") }
                isFailing = false
            } catch {
                if !isFailing, !Task.isCancelled {
                    logger.warning("the queue cannot be counted; its gauges stand still", metadata: ["error": "\(error)"])
                }
                isFailing = true
            }
            try await Task.sleep(for: max(interval, start.duration(to: .now) * 20))
        }
    }
}
