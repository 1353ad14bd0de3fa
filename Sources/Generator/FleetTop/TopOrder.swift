import ApusText

/// The order of the rows: what is wrong first, the most first, or by name.
package struct TopOrder: Sendable, Hashable {
    package enum Key: String, CaseIterable, Sendable {
        case state, cpu, memory, heap, connections, queue, restarts, name
    }

    package var key: Key
    /// Whether the last comes first. What has no value comes last either way.
    package var isReversed: Bool

    package init(_ key: Key = .state, reversed: Bool = false) { (self.key, isReversed) = (key, reversed) }

    /// The order by the key before or behind this one, in the order of the columns.
    package func moved(by step: Int) -> TopOrder {
        let keys = Key.allCases
        let place = (keys.firstIndex(of: key) ?? 0) + step
        return TopOrder(keys[(place % keys.count + keys.count) % keys.count])
    }

    /// The rows in this order; equal ones by state and name, so that none jumps.
    package func sorted(_ entries: [TopEntry]) -> [TopEntry] {
        let keyed = entries.map { (entry: $0, value: value(of: $0)) }
        return keyed.sorted { one, other in
            switch (one.value, other.value) {
            case (let a?, let b?) where a != b: return isReversed ? a > b : a < b
            case (_?, nil): return true
            case (nil, _?): return false
            default:
                if key == .name, isReversed { return Self.isBefore(other.entry, one.entry) }
                return Self.isBefore(one.entry, other.entry)
            }
        }.map(\.entry)
    }

    /// What comes first is the least; a number that is none is absent.
    private func value(of entry: TopEntry) -> Double? {
        let row = entry.row
        let figure: Double? =
            switch key {
            case .state: TopRow.State.allCases.firstIndex(of: row.state).map { Double($0) }
            case .cpu: row.cpuPercent.map { -$0 }
            case .memory: row.residentBytes.map { -$0 }
            case .heap: row.heapBytes.map { -$0 }
            case .connections: row.connections?.used.map { -$0 }
            case .queue: row.queue?.depth.map { -$0 }
            case .restarts: (row.restarts ?? row.unitRestarts).map { -$0 }
            case .name: nil
            }
        return figure.flatMap { $0.isNaN ? nil : $0 }
    }

    private static func isBefore(_ one: TopEntry, _ other: TopEntry) -> Bool {
        for (a, b) in [(one.row.service, other.row.service), (one.row.instance, other.row.instance)]
        where !a.hasSameBytes(as: b) {
            return ByteText(a) < ByteText(b)
        }
        if one.row.kind != other.row.kind { return one.row.kind < other.row.kind }
        if one.row.unit != other.row.unit { return one.row.unit ?? "" < other.row.unit ?? "" }
        return one.agent < other.agent
    }
}
