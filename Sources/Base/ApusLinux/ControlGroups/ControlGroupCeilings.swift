/// The limits of the control groups above others, as they were when they were read: a limit holds for a group and all those below it.
///
/// Limits of the unified hierarchy (cgroup-v2 of the kernel's guide for administrators). Version 1 says of each group itself what those above
/// it let it have.
package struct ControlGroupCeilings: Sendable {
    private let root: KernelRoot
    /// The limits of groups by their paths; a group without one is not there.
    private var limits: [String: Figures<ControlGroupGauge>] = [:]
    /// The paths of groups that have a group with a limit above them.
    private var bounded: Set<String> = []

    package init(_ root: KernelRoot) { self.root = root }

    /// Reads the limits of all groups above those with these paths, up to the mount, in place of those before.
    package mutating func read(above paths: some Sequence<String>) {
        (limits, bounded) = ([:], [])
        var seen: Set<String> = []
        let paths = Array(paths)
        for path in paths {
            var path = path
            while let above = above(path), seen.insert(above).inserted {
                path = above
                var reading = ControlGroupReading()
                for file in ControlGroupFile.limits {
                    guard let place = file.path(of: above, root), let open = try? ProcFile(place)
                    else { continue }
                    try? open.read(capacity: file.capacity) { bytes -> Void? in file.take(bytes, root, &reading) }
                }
                if reading != ControlGroupReading() { limits[above] = reading.gauges }
            }
        }
        guard !limits.isEmpty else { return }
        bounded = Set(
            paths.filter { path in
                sequence(first: path, next: above).dropFirst().contains { limits[$0] != nil }
            })
    }

    /// The sum of what groups have, with the limits that hold for them: no more than those above them let them have together.
    package func sum(of groups: [(path: String, gauges: Figures<ControlGroupGauge>)]) -> Figures<ControlGroupGauge> {
        var sum = Figures(sumOf: groups.map(\.gauges))
        // Most have none above them that has a limit.
        guard groups.contains(where: { bounded.contains($0.path) }) else { return sum }
        for kind in ControlGroupGauge.allCases where kind.isLimit { sum[kind] = limit(kind, of: groups) }
        return sum
    }

    private func limit(
        _ kind: ControlGroupGauge, of groups: [(path: String, gauges: Figures<ControlGroupGauge>)]
    ) -> Int64? {
        // What the groups at one depth may have together, from the deepest up; the largest number stands for no limit.
        var levels: [[String: Int64]] = []
        func add(_ amount: Int64, at path: String) {
            let depth = path.utf8.count { $0 == UInt8(ascii: "/") }
            while levels.count <= depth { levels.append([:]) }
            let (sum, isOver) = levels[depth][path, default: 0].addingReportingOverflow(amount)
            levels[depth][path] = isOver ? .max : sum
        }
        for (path, gauges) in groups { add(gauges[kind] ?? .max, at: path) }
        var whole: Int64 = 0
        while let level = levels.popLast() {
            for (path, amount) in level {
                let amount = min(amount, limits[path]?[kind] ?? .max)
                if let above = above(path) {
                    add(amount, at: above)
                } else {
                    let (sum, isOver) = whole.addingReportingOverflow(amount)
                    whole = isOver ? .max : sum
                }
            }
        }
        return whole == .max ? nil : whole
    }

    /// The path of the group that another one is in; `nil` of the mount's own and of one that is not in sight.
    private func above(_ path: String) -> String? {
        guard path.hasPrefix(root.mountedBase + "/"), root.unifiedFolder(of: path) != nil, path != "/",
            let slash = path.lastIndex(of: "/")
        else { return nil }
        return String(path[..<slash])
    }
}
