import ApusSegment
import CLinux
import Glibc

/// A segment that is written word by word, so that it may say anything.
final class RawSegment {
    let descriptor: Int32
    private var entries = 0
    private var texts = 8

    init() {
        descriptor = apus_memfd_create("attack")
        guard descriptor >= 0, ftruncate(descriptor, off_t(SegmentLayout.size)) == 0, apus_memfd_seal(descriptor) == 0 else {
            fail("no segment: \(errno)")
        }
    }

    deinit { close(descriptor) }

    /// Adds text to the arena.
    ///
    /// - Returns: its place.
    func add(text: [UInt8]) -> Int {
        defer { texts += text.count }
        write(text, at: SegmentLayout.arenaOffset + texts)
        return texts
    }

    func addFamily(_ name: String) -> Int {
        let place = add(text: Array(name.utf8))
        var words = [UInt32](repeating: 0, count: 16)
        words[SegmentLayout.Entry.tag] = SegmentLayout.Tag.family
        words[SegmentLayout.Entry.textOffset] = UInt32(place)
        words[SegmentLayout.Entry.textLength] = UInt32(name.utf8.count)
        return add(words)
    }

    /// Adds a counter of whole numbers.
    ///
    /// - Parameters:
    ///   - place: of the labels in the arena.
    ///   - cell: its index in each plane.
    func addSeries(family: Int, place: Int, length: Int, cell: Int) {
        var words = [UInt32](repeating: 0, count: 16)
        words[SegmentLayout.Entry.tag] = SegmentLayout.Tag.series
        words[SegmentLayout.Entry.kind] = UInt32(ValueForm.integer.rawValue)
        words[SegmentLayout.Entry.family] = UInt32(family)
        words[SegmentLayout.Entry.textOffset] = UInt32(place)
        words[SegmentLayout.Entry.textLength] = UInt32(length)
        words[SegmentLayout.Entry.firstCell] = UInt32(cell)
        words[SegmentLayout.Entry.cellCount] = 1
        _ = add(words)
    }

    /// Publishes what was added.
    func commit(planes: Int = SegmentLayout.mostPlanes) {
        write(UInt32(planes), at: SegmentLayout.Header.planes)
        write(SegmentLayout.version, at: SegmentLayout.Header.version)
        write(apus_monotonic_nanoseconds(), at: SegmentLayout.Header.heartbeat)
        write(UInt64(entries), at: SegmentLayout.Header.committed)
        write(SegmentLayout.magic, at: SegmentLayout.Header.magic)
    }

    private func add(_ words: [UInt32]) -> Int {
        defer { entries += 1 }
        words.withUnsafeBytes { write(Array($0), at: SegmentLayout.entriesOffset + entries * SegmentLayout.Entry.size) }
        return entries
    }

    private func write(_ value: some FixedWidthInteger, at place: Int) {
        withUnsafeBytes(of: value) { write(Array($0), at: place) }
    }

    private func write(_ bytes: [UInt8], at place: Int) {
        guard pwrite(descriptor, bytes, bytes.count, off_t(place)) == bytes.count else { fail("pwrite: \(errno)") }
    }
}
