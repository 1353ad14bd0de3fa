import ApusLimits
import ApusLinux

/// What block devices come to for one control group, a few of them by name: none gives its place to another, so that no count falls.
struct DeviceTally {
    /// What those without a place are called, taken together.
    static let others = "other"

    /// What the kernel had counted of each, where it was read last.
    private var last: [String: ControlGroupCounts.DeviceCounts] = [:]
    private var placed: Set<String> = []
    /// What they have come to, by name or as ``others``.
    private(set) var totals: [String: ControlGroupCounts.DeviceCounts] = [:]

    /// Takes in what the kernel has counted of all of them. Of one that is not among them what was counted stands.
    ///
    /// - Returns: what each of them has gained.
    mutating func add(_ reading: [String: ControlGroupCounts.DeviceCounts]) -> [String: ControlGroupCounts.DeviceCounts] {
        place(reading.filter { !placed.contains($0.key) })
        var gains: [String: ControlGroupCounts.DeviceCounts] = [:]
        for (name, counts) in reading {
            let (gain, now) = counts.gained(since: last[name] ?? .init())
            last[name] = now
            gains[name] = gain
            totals[label(of: name), default: .init()].add(gain)
        }
        return gains
    }

    /// Gives places that are left to the busiest of those without one. One that is ``others`` already stays there.
    private mutating func place(_ found: [String: ControlGroupCounts.DeviceCounts]) {
        let room = GroupLimits.devices.value - placed.count
        let new = found.filter { last[$0.key] == nil }
        guard room > 0, !new.isEmpty else { return }
        let inOrder = new.sorted { left, right in
            let (one, other) = (
                left.value.readBytes &+ left.value.writtenBytes, right.value.readBytes &+ right.value.writtenBytes
            )
            return (other, left.key) < (one, right.key)
        }
        placed.formUnion(inOrder.prefix(room).map(\.key))
    }

    /// What devices have counted, under the names that this tally has them by.
    func labelled(_ counts: [String: ControlGroupCounts.DeviceCounts]) -> [String: ControlGroupCounts.DeviceCounts] {
        counts.reduce(into: [:]) { $0[label(of: $1.key), default: .init()].add($1.value) }
    }

    private func label(of name: String) -> String { placed.contains(name) ? name : Self.others }
}
