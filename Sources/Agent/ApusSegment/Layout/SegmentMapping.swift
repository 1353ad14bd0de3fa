import Atomics
import Glibc

/// The mapped memory of a segment, for as long as anybody refers to it.
///
/// All access to the raw memory goes through the functions here. Offsets are checked against the fixed size (`precondition`
/// would end a service, so readers check before they ask: see ``SegmentReader``); the mapping has exactly
/// ``SegmentLayout/size`` bytes, which the seals keep true for its life.
package final class SegmentMapping: @unchecked Sendable {
    // Unchecked: the pointer never changes; cells and header words that change are accessed atomically; entries and texts are
    // written before they are published and never after.
    let base: UnsafeMutableRawPointer

    /// Maps a descriptor of at least the layout's size.
    init(descriptor: Int32, writable: Bool) throws(SegmentError) {
        let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
        guard let base = mmap(nil, SegmentLayout.size, protection, MAP_SHARED | MAP_NORESERVE, descriptor, 0),
            base != MAP_FAILED
        else { throw .system("mmap", errno) }
        self.base = base
    }

    deinit { munmap(base, SegmentLayout.size) }

    /// Has the kernel forget that pages of cells were looked at; they stay what they are, and are mapped again when they are looked at.
    ///
    /// - Parameter cells: pages of 4 KiB; in bounds while `plane` and the cells on them are.
    func giveBack(cells: Range<Int>, plane: Int) {
        let start = SegmentLayout.cellsOffset + plane * SegmentLayout.planeStride
        // With the rest of the last page where the kernel has larger ones.
        madvise(base + start + cells.lowerBound * 4096 / Self.pageSize * Self.pageSize, cells.count * 4096, MADV_DONTNEED)
    }

    /// Has the kernel forget that entries were looked at, all of them.
    func giveBackEntries() {
        madvise(base + Self.pageSize, SegmentLayout.arenaOffset - Self.pageSize, MADV_DONTNEED)
    }

    private static let pageSize = max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))

    /// A header word, where `offset` is one of the constants of `SegmentLayout.Header`, all 8-aligned and within the header page.
    func word(_ offset: Int) -> UnsafeAtomic<UInt64> {
        UnsafeAtomic(at: (base + offset).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self))
    }

    /// The cell at an index of a plane. In bounds while `index` is in `0 ..< cellCapacity`, which writer and reader check when
    /// they make a series, and `plane` in `0 ..< mostPlanes`, which they check when they map the memory.
    func cell(_ index: Int, plane: Int) -> UnsafeAtomic<UInt64> {
        UnsafeAtomic(at: cellStorage(plane * SegmentLayout.cellCapacity + index))
    }

    /// The memory of a cell of the first plane. In bounds while `index` is in `0 ..< cellCapacity`.
    func cellStorage(_ index: Int) -> UnsafeMutablePointer<UnsafeAtomic<UInt64>.Storage> {
        (base + SegmentLayout.cellsOffset + index * 8).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self)
    }

    /// Writes a word of an entry. In bounds while `entry` is below the capacity and `place` below 16.
    func setEntryWord(_ entry: Int, _ place: Int, _ value: UInt32) {
        (base + SegmentLayout.entriesOffset + entry * SegmentLayout.Entry.size + place * 4)
            .storeBytes(of: value, as: UInt32.self)
    }

    /// The moment at which a series' count began. In bounds as a word of an entry is; 8-aligned because entries are 64-aligned.
    func created(_ entry: Int) -> UnsafeAtomic<UInt64> {
        word(SegmentLayout.start(ofEntry: entry))
    }

    /// A slot for an exemplar. In bounds while `offset`, a multiple of 8, and the slot's size together are at most the arena's
    /// capacity, which writer and reader check when they make a series.
    func exemplarSlot(_ offset: Int) -> ExemplarSlot { ExemplarSlot(base + SegmentLayout.arenaOffset + offset) }

    func setArena(_ offset: Int, _ bytes: [UInt8]) {
        UnsafeMutableRawBufferPointer(start: base + SegmentLayout.arenaOffset + offset, count: bytes.count).copyBytes(
            from: bytes)
    }

    func setHeaderWord32(_ offset: Int, _ value: UInt32) { (base + offset).storeBytes(of: value, as: UInt32.self) }
}
