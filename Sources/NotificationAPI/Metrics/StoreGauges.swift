import ApusReporting
import CoreMetrics
import Logging
import MetricCatalog
import NotificationStore
import ServiceLifecycle

/// Sets the gauges of the queue and of the database's connections once a second.
struct StoreGauges: Service {
    private static let interval = Duration.seconds(1)

    private let store: any NotificationStore
    private let logger: Logger
    private let states: [(meter: CoreMetrics.Meter, state: QueueState)]
    private let oldestAge: CoreMetrics.Meter
    private let open: CoreMetrics.Meter
    private let idle: CoreMetrics.Meter
    private let used: CoreMetrics.Meter
    private let limit: CoreMetrics.Meter

    /// - Parameter pool: the name of the store's connection pool in metrics.
    init(store: any NotificationStore, pool: String, factory: any MetricsFactory, logger: Logger) {
        self.store = store
        self.logger = logger
        states = [Contract.queueDepth, Queue.depth].flatMap { gauge in
            QueueState.allCases.map { state in
                (gauge.handle(QueueStateLabels(state: state), factory: factory), state)
            }
        }
        oldestAge = Queue.oldestAge.handle(factory: factory)
        open = Contract.databaseConnections.handle(factory: factory)
        idle = Database.connections.handle(ConnectionStateLabels(pool: pool, state: .idle), factory: factory)
        used = Database.connections.handle(ConnectionStateLabels(pool: pool, state: .used), factory: factory)
        limit = Database.maxConnections.handle(PoolLabels(pool: pool), factory: factory)
    }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await refresh()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    func refresh() async {
        // The connections first: the question about the queue takes one.
        let connections = store.connections
        open.set(Double(connections.idle + connections.used))
        idle.set(Double(connections.idle))
        used.set(Double(connections.used))
        limit.set(Double(connections.limit))
        do throws(StoreError) {
            let depth = try await store.queueDepth()
            for (meter, state) in states { meter.set(Double(depth.count(in: state))) }
            oldestAge.set(depth.oldestAge / .seconds(1))
        } catch {
            logger.warning("the queue cannot be counted", metadata: ["error": "\(error)"])
            // No number is known, and an old one would look like a new one.
            for (meter, _) in states { meter.set(Double.nan) }
            oldestAge.set(Double.nan)
        }
    }
}

extension QueueDepth {
    fileprivate func count(in state: QueueState) -> Int {
        switch state {
        case .pending: pending
        case .scheduled: scheduled
        case .locked: locked
        }
    }
}
