import AgentMetrics
import ApusMetrics

/// What a service says of its connections and of its queue, taken together over all series.
extension InstanceReport {
    /// `nil` of a service that reports no connections.
    func connectionFigures() -> ConnectionFigures? {
        let pools = finite(ConnectionPool.connections.name)
        guard !pools.isEmpty else {
            let open = finite(Contract.databaseConnections.name)
            return open.isEmpty ? nil : ConnectionFigures(used: open.reduce(0) { $0 + $1.value })
        }
        let idle = pools.filter { StateLabel.idle.isIn($0.labels) }.reduce(0) { $0 + $1.value }
        let most = finite(ConnectionPool.maxConnections.name)
        return ConnectionFigures(
            used: pools.reduce(0) { $0 + $1.value } - idle, idle: idle,
            most: most.isEmpty ? nil : most.reduce(0) { $0 + $1.value })
    }

    /// `nil` of a service that reports no queue.
    func queueFigures() -> QueueFigures? {
        let depths = finite(Queue.depth.name)
        guard !depths.isEmpty else { return nil }
        var figures = QueueFigures()
        for (labels, value) in depths {
            if StateLabel.pending.isIn(labels) {
                figures.pending += value
            } else if StateLabel.scheduled.isIn(labels) {
                figures.scheduled += value
            } else if StateLabel.locked.isIn(labels) {
                figures.locked += value
            } else {
                figures.others += value
            }
        }
        // The queue that waits longest counts where there are several.
        figures.oldestAge = finite(Queue.oldestAge.name).map(\.value).max()
        return figures
    }

    /// Values that have a meaning: a service may report any.
    private func finite(_ name: String) -> [(labels: [UInt8], value: Double)] {
        values(of: name).filter { $0.value.isFinite && abs($0.value) < 1e15 }
    }
}

/// A value of the label `state`, as rendered labels have it.
private struct StateLabel {
    private let text: [UInt8]

    static let idle = StateLabel(ConnectionState.idle.rawValue)
    static let pending = StateLabel(QueueState.pending.rawValue)
    static let scheduled = StateLabel(QueueState.scheduled.rawValue)
    static let locked = StateLabel(QueueState.locked.rawValue)

    private init(_ value: String) { text = LabelBytes.render([("state", value)]) }

    /// Whether it is one of these labels. A value cannot hold it, as its quotes are escaped there.
    func isIn(_ labels: [UInt8]) -> Bool {
        guard labels.count >= text.count else { return false }
        return (0...labels.count - text.count).contains { start in
            (start == 0 || labels[start - 1] == UInt8(ascii: ",")) && labels[start..<start + text.count].elementsEqual(text)
        }
    }
}
