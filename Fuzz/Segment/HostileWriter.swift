import ApusSegment
import CLinux
import Glibc

/// A segment whose every byte the fuzzer can set.
final class HostileWriter {
    let descriptor: Int32
    let base: UnsafeMutableRawPointer
    private(set) var entries = 0
    private var arena = 0
    private var cells = 0

    init() {
        descriptor = apus_memfd_create("fuzz")
        require(
            descriptor >= 0 && ftruncate(descriptor, off_t(SegmentLayout.size)) == 0 && apus_memfd_seal(descriptor) == 0,
            "no memfd can be had")
        let flags = MAP_SHARED | MAP_NORESERVE
        guard let base = mmap(nil, SegmentLayout.size, PROT_READ | PROT_WRITE, flags, descriptor, 0), base != MAP_FAILED else {
            require(false, "the memfd cannot be mapped")
            abort()
        }
        self.base = base
        set(SegmentLayout.magic, at: SegmentLayout.Header.magic)
        set(SegmentLayout.version, at: SegmentLayout.Header.version)
        set(UInt32(2), at: SegmentLayout.Header.planes)
    }

    deinit {
        munmap(base, SegmentLayout.size)
        close(descriptor)
    }

    func set<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
        base.storeBytes(of: value, toByteOffset: offset, as: Number.self)
    }

    static func place(entry: Int, word: Int) -> Int {
        SegmentLayout.entriesOffset + entry * SegmentLayout.Entry.size + word * 4
    }

    func setArena(_ bytes: [UInt8], at offset: Int) {
        (base + SegmentLayout.arenaOffset + offset).copyMemory(from: bytes, byteCount: bytes.count)
    }

    func append(_ bytes: [UInt8]) -> UInt32 {
        let offset = arena
        setArena(bytes, at: offset)
        arena += bytes.count
        return UInt32(offset)
    }

    func cell(_ index: Int, plane: Int) -> Int { SegmentLayout.cellsOffset + plane * SegmentLayout.planeStride + index * 8 }

    /// Writes an entry past the last one and announces it.
    func publish(_ words: [Int: UInt32]) {
        for (word, value) in words { set(value, at: Self.place(entry: entries, word: word)) }
        announce(entries + 1)
    }

    func announce(_ count: Int) {
        entries = min(count, SegmentLayout.entryCapacity - 1)
        set(UInt64(count), at: SegmentLayout.Header.committed)
    }

    func publishFamily(name: [UInt8], kind: UInt32, help: [UInt8], bounds: [Double], more: [Int: UInt32] = [:]) {
        publish(
            [
                SegmentLayout.Entry.tag: SegmentLayout.Tag.family, SegmentLayout.Entry.kind: kind,
                SegmentLayout.Entry.textOffset: append(name), SegmentLayout.Entry.textLength: UInt32(name.count),
                SegmentLayout.Entry.helpOffset: append(help), SegmentLayout.Entry.helpLength: UInt32(help.count),
                SegmentLayout.Entry.boundsOffset: append(bounds.flatMap { withUnsafeBytes(of: $0.bitPattern) { Array($0) } }),
                SegmentLayout.Entry.boundsCount: UInt32(bounds.count),
            ].merging(more) { $1 })
    }

    /// Room for slots of exemplars.
    func reserve(_ size: Int) -> UInt32 {
        defer { arena = (arena + 7) & ~7 + size }
        return UInt32((arena + 7) & ~7)
    }

    func publishSeries(family: UInt32, form: UInt32, labels: [UInt8], cellCount: UInt32, exemplars: UInt32 = 0) {
        publish([
            SegmentLayout.Entry.tag: SegmentLayout.Tag.series, SegmentLayout.Entry.kind: form,
            SegmentLayout.Entry.family: family, SegmentLayout.Entry.textOffset: append(labels),
            SegmentLayout.Entry.textLength: UInt32(labels.count), SegmentLayout.Entry.firstCell: UInt32(cells),
            SegmentLayout.Entry.cellCount: cellCount, SegmentLayout.Entry.exemplarsOffset: exemplars,
        ])
        cells += Int(cellCount) & 0x3FF
    }
}
