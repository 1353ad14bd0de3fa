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

    /// A copy of the slot; `nil` when nothing was kept yet, when somebody writes, or when the length is impossible.
    func read() -> Content? {
        let sequence = word(Word.sequence).load(ordering: .acquiring)
        guard sequence != 0, sequence & 1 == 0 else { return nil }
        let moment = word(Word.moment).load(ordering: .relaxed)
        let value = Double(bitPattern: word(Word.value).load(ordering: .relaxed))
        // One copy: what is checked is what is used.
        let length = word(Word.length).load(ordering: .relaxed)
        guard length <= Self.labelCapacity else { return nil }
        var labels: [UInt8] = []
        labels.reserveCapacity(Self.labelCapacity)
        for index in 0..<(Int(length) + 7) / 8 {
            withUnsafeBytes(of: word(Word.labels + index).load(ordering: .relaxed)) { labels.append(contentsOf: $0) }
        }
        labels.removeLast(labels.count - Int(length))
        atomicMemoryFence(ordering: .acquiring)
        guard word(Word.sequence).load(ordering: .relaxed) == sequence else { return nil }
        return Content(moment: moment, value: value, labels: labels)
    }
}
