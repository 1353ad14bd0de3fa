import Atomics

/// The pages that a reader has looked at in memory that it shares with a writer, and gives back to the kernel past a bound.
///
/// They are the writer's memory, and count as the reader's as well for as long as they are mapped: writers with many cells could have the
/// kernel take an agent for the largest process of a host, which is the first to be ended when memory is short. A page that was given back
/// is mapped anew when it is looked at. There is a bound for all readers of a process, and one for each of them, so that nobody has all. Past
/// either a few cells are read by copies, and who looks at many gives back its own pages. The first page of a segment is not mapped at all: it
/// is read by copies.
struct MappedPages: ~Copyable {
    private static let mapped = ManagedAtomic<Int>(0)

    private let mapping: SegmentMapping
    /// The pages of cells from the first to the last that was looked at, in each of so many planes from the first one on.
    private var cells = 0..<0
    private var planes = 0
    /// The pages of entries from the first to the last that was looked at.
    private var entries = 0..<0
    private var count: Int { cells.count * planes + entries.count }

    init(_ mapping: SegmentMapping) { self.mapping = mapping }

    deinit { Self.mapped.wrappingDecrement(by: count, ordering: .relaxed) }

    /// Whether pages of cells may be looked at in so many planes: they are mapped already, or there is room for them.
    func hasRoom(cells pages: Range<Int>, planes: Int) -> Bool {
        hasRoom(for: cells.united(with: pages).count * max(planes, self.planes) - cells.count * self.planes)
    }

    /// Whether pages of entries may be looked at.
    func hasRoom(entries pages: Range<Int>) -> Bool { hasRoom(for: entries.united(with: pages).count - entries.count) }

    private func hasRoom(for more: Int) -> Bool {
        more <= 0
            || count + more <= SegmentLayout.mappedPagesOfReader
                && Self.mapped.load(ordering: .relaxed) + more <= SegmentLayout.mappedPages
    }

    /// Counts pages of cells that were looked at, in so many planes.
    mutating func note(cells pages: Range<Int>, planes: Int) {
        guard planes > 0, !pages.isEmpty else { return }
        let all = cells.united(with: pages)
        guard planes > self.planes || all != cells else { return }
        let before = count
        cells = all
        self.planes = max(self.planes, planes)
        add(count - before)
    }

    /// Counts pages of entries that were looked at.
    mutating func note(entries pages: Range<Int>) {
        let all = entries.united(with: pages)
        guard all != entries else { return }
        let before = count
        entries = all
        add(count - before)
    }

    private mutating func add(_ pages: Int) {
        let mapped = Self.mapped.wrappingIncrementThenLoad(by: pages, ordering: .relaxed)
        guard mapped > SegmentLayout.mappedPages || count > SegmentLayout.mappedPagesOfReader else { return }
        for plane in 0..<planes { mapping.giveBack(cells: cells, plane: plane) }
        if !entries.isEmpty { mapping.giveBackEntries() }
        Self.mapped.wrappingDecrement(by: count, ordering: .relaxed)
        (cells, planes, entries) = (0..<0, 0, 0..<0)
    }
}

extension Range<Int> {
    /// The least range that has all of both; an empty one has nothing.
    fileprivate func united(with other: Range<Int>) -> Range<Int> {
        if isEmpty || other.isEmpty { return isEmpty ? other : self }
        return Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
    }
}
