package import ApusMetrics

/// What a metric of a service can be said to be in the agent's file, by the key that says so.
package enum KnownName: CaseIterable, Sendable {
    case heap, connectionsUsed, connectionsIdle, connectionsMost, queueDepth, queueScheduled, queueLocked, oldestAge,
        eventLoopLag

    /// The key in the file, below `names`.
    package var key: String {
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
    package var families: [MetricFamily] {
        switch self {
        case .heap: [ServiceProcess.heap.family]
        case .connectionsUsed, .connectionsIdle: [ConnectionPool.connections.family, Contract.databaseConnections.family]
        case .connectionsMost: [ConnectionPool.maxConnections.family]
        case .queueDepth, .queueScheduled, .queueLocked: [Queue.depth.family]
        case .oldestAge: [Queue.oldestAge.family]
        case .eventLoopLag: [Scheduling.lag.family]
        }
    }
}
