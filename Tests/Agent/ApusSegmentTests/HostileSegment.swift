import ApusSegment
import CLinux
import Glibc

/// A segment written byte by byte, as a broken or hostile process might.
final class HostileSegment {
    let descriptor: Int32
    private let base: UnsafeMutableRawPointer

    struct Failure: Error {}

    /// - Parameters:
    ///   - size: of the memory; the layout's own unless the test is about it.
    ///   - sealed: whether the size is fixed.
    init(size: Int = SegmentLayout.size, sealed: Bool = true) throws {
        descriptor = apus_memfd_create("hostile")
        guard descriptor >= 0, ftruncate(descriptor, off_t(size)) == 0 else { throw Failure() }
        if sealed, apus_memfd_seal(descriptor) != 0 { throw Failure() }
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0), base != MAP_FAILED
        else { throw Failure() }
        self.base = base
        guard size >= SegmentLayout.Header.size else { return }
        base.storeBytes(of: SegmentLayout.magic, toByteOffset: SegmentLayout.Header.magic, as: UInt64.self)
        base.storeBytes(of: SegmentLayout.version, toByteOffset: SegmentLayout.Header.version, as: UInt32.self)
        base.storeBytes(of: 1, toByteOffset: SegmentLayout.Header.planes, as: UInt32.self)
    }

    deinit { close(descriptor) }

    func set(_ value: UInt64, header offset: Int) { base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self) }
    func set32(_ value: UInt32, header offset: Int) { base.storeBytes(of: value, toByteOffset: offset, as: UInt32.self) }

    func set(_ value: UInt64, cell index: Int, plane: Int) {
        base.storeBytes(
            of: value, toByteOffset: SegmentLayout.cellsOffset + plane * SegmentLayout.planeStride + index * 8, as: UInt64.self)
    }

    /// Blocks that the memory takes, of 512 bytes each.
    var blocks: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_blocks) : -1
    }

    /// Writes text into the arena.
    func put(_ bytes: [UInt8], at offset: Int) {
        (base + SegmentLayout.arenaOffset + offset).copyMemory(from: bytes, byteCount: bytes.count)
    }

    /// Writes an entry and announces it with all before it.
    func entry(_ index: Int, _ words: [Int: UInt32]) {
        for (place, word) in words {
            base.storeBytes(
                of: word, toByteOffset: SegmentLayout.entriesOffset + index * SegmentLayout.Entry.size + place * 4,
                as: UInt32.self)
        }
        set(UInt64(index + 1), header: SegmentLayout.Header.committed)
    }

    /// A sound family `a_total` as entry 0, so that tests can go wrong in what follows.
    func soundFamily(kind: UInt32 = 1, bounds: [Double] = []) {
        put(Array("a_total".utf8), at: 0)
        put(bounds.flatMap { bound in withUnsafeBytes(of: bound.bitPattern) { Array($0) } }, at: 1024)
        entry(
            0,
            [
                SegmentLayout.Entry.tag: SegmentLayout.Tag.family, SegmentLayout.Entry.kind: kind,
                SegmentLayout.Entry.textLength: 7,
                SegmentLayout.Entry.boundsOffset: 1024, SegmentLayout.Entry.boundsCount: UInt32(bounds.count),
            ])
    }

    /// A series of entry 0 with the given labels and fields put wrong.
    func series(_ index: Int = 1, labels: [UInt8] = [], _ wrong: [Int: UInt32] = [:]) {
        put(labels, at: 100_000 * index)
        let sound: [Int: UInt32] = [
            SegmentLayout.Entry.tag: SegmentLayout.Tag.series, SegmentLayout.Entry.kind: UInt32(ValueForm.integer.rawValue),
            SegmentLayout.Entry.family: 0, SegmentLayout.Entry.textOffset: UInt32(100_000 * index),
            SegmentLayout.Entry.textLength: UInt32(labels.count), SegmentLayout.Entry.firstCell: UInt32(index - 1),
            SegmentLayout.Entry.cellCount: 1,
        ]
        entry(index, sound.merging(wrong) { $1 })
    }
}
