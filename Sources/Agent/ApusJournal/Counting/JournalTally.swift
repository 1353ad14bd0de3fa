package import ApusSystemd
import ApusLimits

/// How many entries there were of everybody of one kind, by name and priority.
package struct JournalTally: Sendable, Equatable {
    private static let width = JournalPriority.count

    /// The names by number: entries of no name under an empty one, then those beyond the limit
    /// (``JournalCounts/otherUnits``), then the names in the order they appeared in. Those of a kind that is owned are texts of
    /// ``JournalOwnedName``.
    package private(set) var names: [String]
    /// The numbers of entries, nine for each name, by priority.
    private(set) var cells: [UInt64]
    /// The times at which names were last heard of, in seconds since 1970, by number.
    private(set) var lastHeard: [UInt64]
    /// How many times one that was silent gave its place to another; its series ended.
    package private(set) var left: UInt64
    /// Whether any was without a place of late, and none could be made.
    package internal(set) var isFull = false

    init() {
        self.init(
            names: ["", JournalCounts.otherUnits], cells: Array(repeating: 0, count: 2 * Self.width), lastHeard: [0, 0], left: 0
        )
    }

    init(names: [String], cells: [UInt64], lastHeard: [UInt64], left: UInt64) {
        self.names = names
        self.cells = cells
        self.lastHeard = lastHeard
        self.left = left
    }

    /// The number of counted entries.
    package var total: UInt64 { cells.reduce(0) { $0.clampedSum($1) } }

    /// The entries of a number by priority: nine.
    func entries(of number: Int) -> ArraySlice<UInt64> { cells[number * Self.width..<(number + 1) * Self.width] }

    /// The number of entries of a name and priority; 0 of a name that has none.
    package func messages(of name: String, priority: JournalPriority) -> UInt64 {
        guard let number = names.firstIndex(of: name) else { return 0 }
        return cells[number * Self.width + Int(priority.rawValue)]
    }

    /// Calls `body` with each name that has counted an entry, and its entries by priority.
    package func forEach(_ body: (String, ArraySlice<UInt64>) -> Void) {
        for (number, name) in names.enumerated() {
            let counts = entries(of: number)
            if counts.contains(where: { $0 > 0 }) { body(name, counts) }
        }
    }

    /// Adds a run of entries, each as its name's number × 9 + its priority.
    ///
    /// - Parameters:
    ///   - names: by number, those that the run has found included.
    ///   - heard: the numbers of those that the run is about besides.
    ///   - now: seconds since 1970.
    mutating func add(_ run: [UInt32], names index: [String], heard: Set<Int> = [], at now: UInt64) {
        if index.count > names.count {
            names = index
            cells.append(contentsOf: repeatElement(0, count: names.count * Self.width - cells.count))
            lastHeard.append(contentsOf: repeatElement(now, count: names.count - lastHeard.count))
        }
        for cell in run {
            cells[Int(cell)].addClamped(1)
            lastHeard[Int(cell) / Self.width] = now
        }
        for number in heard { lastHeard[number] = now }
    }

    /// The numbers of those that are to leave, the longest silent first: a tenth of the places at a time.
    ///
    /// - Parameter crowded: whether a name is of those for whom places are to be made.
    func leaving(
        keeping isKept: (String) -> Bool, crowded: (String) -> Bool, places: Int, idle: Duration, at now: UInt64
    ) -> Set<Int> {
        let silent = names.indices.dropFirst(2).filter { number in
            lastHeard[number].clampedSum(UInt64(idle.components.seconds)) <= now && !isKept(names[number])
                && crowded(names[number])
        }
        return Set(silent.sorted { (lastHeard[$0], $0) < (lastHeard[$1], $1) }.prefix(max(1, places / 10)))
    }

    /// Keeps some of the numbers, in their order, and counts how many have left for want of places.
    mutating func keep(_ staying: [Int], isForRoom: Bool) {
        if isForRoom { left.addClamped(UInt64(names.count - staying.count)) }
        cells = staying.flatMap { entries(of: $0) }
        lastHeard = staying.map { lastHeard[$0] }
        names = staying.map { names[$0] }
    }
}
