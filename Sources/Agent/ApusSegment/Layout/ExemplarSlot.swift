import Atomics

/// A place in shared memory that keeps the last exemplar: a sequence number that is odd while somebody writes, the moment in
/// nanoseconds since the Unix epoch, the bits of the value, the length of the labels, and the labels as they are rendered.
///
/// Everything is read and written in words, atomically; whether they belong together is told by the sequence number (H.-J. Boehm,
/// "Can seqlocks get along with programming language memory models?", MSPC 2012).
struct ExemplarSlot {
    static let labelCapacity = 240
    static let size = 4 * 8 + labelCapacity

    /// The beginning of the slot, to which as many bytes as ``size`` belong: whoever makes one sees to that.
    private let base: UnsafeMutableRawPointer

    init(_ base: UnsafeMutableRawPointer) { self.base = base }

    private enum Word { static let sequence = 0, moment = 1, value = 2, length = 3, labels = 4 }

    /// The word at a place. In bounds while `place` is below 34, that is `size / 8`.
    private func word(_ place: Int) -> UnsafeAtomic<UInt64> {
        UnsafeAtomic(at: (base + place * 8).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self))
    }

    /// Keeps an exemplar, unless another thread is keeping one at this moment: nobody waits.
    ///
    /// - Parameters:
    ///   - labels: at least ``labelCapacity`` bytes, at a multiple of 8.
    ///   - count: how many of them are text; at most the capacity.
    func write(labels: UnsafeRawBufferPointer, count: Int, value: Double, moment: UInt64) {
        let sequence = word(Word.sequence)
        let old = sequence.load(ordering: .relaxed)
        guard old & 1 == 0, sequence.compareExchange(expected: old, desired: old &+ 1, ordering: .acquiring).exchanged else {
            return
        }
        // The odd number is seen before any of what follows.
        atomicMemoryFence(ordering: .releasing)
        word(Word.moment).store(moment, ordering: .relaxed)
        word(Word.value).store(value.bitPattern, ordering: .relaxed)
        word(Word.length).store(UInt64(count), ordering: .relaxed)
        for index in 0..<(count + 7) / 8 {
            word(Word.labels + index).store(labels.load(fromByteOffset: index * 8, as: UInt64.self), ordering: .relaxed)
        }
        sequence.store(old &+ 2, ordering: .releasing)
    }

    /// What a slot says, unchecked but for its length.
    struct Content {
        let moment: UInt64
        let value: Double
        let labels: [UInt8]
    }

    /// A copy of the slot at a place in the arena, where slot and place together are in bounds; `nil` when nothing was kept yet, when
    /// somebody writes, or when the length is impossible.
    static func read(_ offset: Int, of file: SegmentFile) -> Content? {
        let place = SegmentLayout.arenaOffset + offset
        let bytes = file.bytes(at: place, size)
        func word(_ place: Int) -> UInt64 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self) }
        }
        let sequence = word(Word.sequence)
        let length = word(Word.length)
        guard sequence != 0, sequence & 1 == 0, length <= labelCapacity else { return nil }
        // Written since, or meanwhile: what was copied may not belong together.
        atomicMemoryFence(ordering: .acquiring)
        guard file.bytes(at: place, 8) == Array(bytes.prefix(8)) else { return nil }
        return Content(
            moment: word(Word.moment), value: Double(bitPattern: word(Word.value)),
            labels: Array(bytes[Word.labels * 8..<Word.labels * 8 + Int(length)]))
    }
}
