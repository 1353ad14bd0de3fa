import AgentMetrics

/// A limit past which the page colours a value, as an alert would fire.
struct AlertedLimit {
    let id: String
    let above: Double
    /// How soon people must act: `medium` or `high`.
    let level: String
    let alert: String

    static let all = [
        Self(id: "cpu", above: UsualLimits.cpuPercent, level: "medium", alert: "HighCPU"),
        Self(id: "memory", above: Double(UsualLimits.memoryBytes), level: "high", alert: "HighMemory"),
        Self(id: "pool", above: UsualLimits.poolUse, level: "high", alert: "PoolExhausted"),
        Self(id: "queue", above: Double(UsualLimits.queueDepth), level: "high", alert: "DeepQueue"),
        Self(id: "age", above: UsualLimits.queueAgeSeconds, level: "high", alert: "OldQueue"),
    ]

    /// The limits by their ids, for the page's script.
    static var json: String {
        "{" + all.map { "\($0.id):{above:\($0.above),level:\"\($0.level)\",alert:\"\($0.alert)\"}" }.joined(separator: ",")
            + "}"
    }
}
