import AgentMetrics
import ApusMetrics

/// What a metric of a service can be said to be in the agent's file, by the key that says so.
package enum KnownName: CaseIterable, Sendable {
    case heap, connectionsUsed, connectionsIdle, connectionsMost, queueDepth, queueScheduled, queueLocked, oldestAge,
        eventLoopLag

    var key: String {
        switch self {
        case .heap: "heap"
        case .connectionsUsed: "connections_used"
        case .connectionsIdle: "connections_idle"
        case .connectionsMost: "connections_max"
        case .queueDepth: Queue.depth.name
        case .queueScheduled: "queue_scheduled"
        case .queueLocked: "queue_locked"
        case .oldestAge: "queue_oldest_age"
        case .eventLoopLag: "event_loop_lag"
        }
    }

    /// The families that series are served in, the standard one first.
    var families: [MetricFamily] {
        switch self {
        case .heap: [ServiceProcess.heap.family]
        case .connectionsUsed, .connectionsIdle: [ConnectionPool.connections.family, Contract.databaseConnections.family]
        case .connectionsMost: [ConnectionPool.maxConnections.family]
        case .queueDepth, .queueScheduled, .queueLocked: [Queue.depth.family]
        case .oldestAge: [Queue.oldestAge.family]
        case .eventLoopLag: [Scheduling.lag.family]
        }
    }

    /// The rules by which the series of a selector are this.
    func rules(_ selector: SeriesSelector) -> [NameRule] {
        families.map { family in NameRule(selector, family, labels: labels.filter { family.labelNames.contains($0.0) }) }
    }

    private var labels: [(String, NameRule.Origin)] {
        switch self {
        case .heap, .oldestAge: []
        case .connectionsUsed: [Self.pool, ("state", .constant(ConnectionState.used.rawValue))]
        case .connectionsIdle: [Self.pool, ("state", .constant(ConnectionState.idle.rawValue))]
        case .connectionsMost: [Self.pool]
        case .queueDepth: [("state", .constant(QueueState.pending.rawValue))]
        case .queueScheduled: [("state", .constant(QueueState.scheduled.rawValue))]
        case .queueLocked: [("state", .constant(QueueState.locked.rawValue))]
        case .eventLoopLag: [("executor", .constant("event-loop"))]
        }
    }

    private static let pool = ("pool", NameRule.Origin.label("pool", otherwise: "pool"))
}
