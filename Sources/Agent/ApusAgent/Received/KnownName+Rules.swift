import AgentMetrics
import ApusMetrics

extension KnownName {
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
