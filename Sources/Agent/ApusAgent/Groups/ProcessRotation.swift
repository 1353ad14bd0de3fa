/// Chooses the processes that a turn of the sampling loop looks at again, to see whether they have become something else.
///
/// Processes that have run since come first and have half of the places, as nobody runs another program without; all others have the rest. Where
/// there are more, each has its turn, in the order of their numbers.
struct ProcessRotation {
    /// How many are looked at in a turn.
    let most: Int
    private var lastBusy: Int32 = 0
    private var last: Int32 = 0

    init(most: Int) { self.most = most }

    /// - Parameter processes: the number of each, the lowest first, and whether it has run since it was looked at.
    mutating func next(_ processes: [(pid: Int32, hasRun: Bool)]) -> Set<Int32> {
        guard processes.count > most else { return Set(processes.map(\.pid)) }
        let busy = Self.turned(processes.filter(\.hasRun).map(\.pid), behind: lastBusy).prefix(most / 2)
        lastBusy = busy.last ?? lastBusy
        let first = Set(busy)
        let others = Self.turned(processes.map(\.pid).filter { !first.contains($0) }, behind: last).prefix(most - busy.count)
        last = others.last ?? last
        return first.union(others)
    }

    private static func turned(_ pids: [Int32], behind last: Int32) -> [Int32] {
        let place = pids.firstIndex { $0 > last } ?? 0
        return Array(pids[place...] + pids[..<place])
    }
}
