import Atomics

/// The pages that a reader has looked at in memory that it shares with a writer, and gives back to the kernel past a bound.
///
/// They are the writer's memory, and count as the reader's as well for as long as they are mapped: writers with many cells could have the
/// kernel take an agent for the largest process of a host, which is the first to be ended when memory is short. A page that was given back
/// is mapped anew when it is looked at. The bound is one for all readers of a process; who comes past it gives back its own. The first page of
/// a segment is not mapped at all: it is read by copies.
struct MappedPages: ~Copyable {
    private static let all = ManagedAtomic<Int>(0)

    private let mapping: SegmentMapping
    /// The pages of cells from the first to the last that was looked at, in each of so many planes from the first one on.
    private var cells = 0..<0
    private var planes = 0
    private var entries = 0
    private var count: Int { cells.count * planes + entries }

    init(_ mapping: SegmentMapping) { self.mapping = mapping }

    deinit { Self.all.wrappingDecrement(by: count, ordering: .relaxed) }

    /// Counts pages of cells that were looked at, in so many planes.
    mutating func note(cells pages: Range<Int>, planes: Int) {
        guard planes > 0, !pages.isEmpty else { return }
        guard planes > self.planes || pages.lowerBound < cells.lowerBound || pages.upperBound > cells.upperBound else { return }
        let before = count
        let isFirst = cells.isEmpty
        cells = isFirst ? pages : min(cells.lowerBound, pages.lowerBound)..<max(cells.upperBound, pages.upperBound)
        self.planes = max(self.planes, planes)
        add(count - before)
    }

    /// Counts pages of entries that were looked at; one that is looked at twice counts twice.
    mutating func note(entries pages: Int) {
        entries += pages
        add(pages)
    }

    private mutating func add(_ pages: Int) {
        guard Self.all.wrappingIncrementThenLoad(by: pages, ordering: .relaxed) > SegmentLayout.mappedPages else { return }
        for plane in 0..<planes { mapping.giveBack(cells: cells, plane: plane) }
        if entries > 0 { mapping.giveBackEntries() }
        Self.all.wrappingDecrement(by: count, ordering: .relaxed)
        (cells, planes, entries) = (0..<0, 0, 0)
    }
}
