import AgentMetrics
import ApusReporting
import CoreMetrics
import NotificationStore

/// The connections of a process to its store, as gauges.
struct ConnectionGauges: Sendable {
    private let open: CoreMetrics.Meter
    private let idle: CoreMetrics.Meter
    private let used: CoreMetrics.Meter
    private let limit: CoreMetrics.Meter

    init(pool: String, factory: any MetricsFactory) {
        open = Contract.databaseConnections.handle(factory: factory)
        idle = ConnectionPool.connections.handle(ConnectionStateLabels(pool: pool, state: .idle), factory: factory)
        used = ConnectionPool.connections.handle(ConnectionStateLabels(pool: pool, state: .used), factory: factory)
        limit = ConnectionPool.maxConnections.handle(PoolLabels(pool: pool), factory: factory)
    }

    func set(_ counts: ConnectionCounts) {
        open.set(Int64(counts.idle + counts.used))
        idle.set(Int64(counts.idle))
        used.set(Int64(counts.used))
        limit.set(Int64(counts.limit))
    }
}
