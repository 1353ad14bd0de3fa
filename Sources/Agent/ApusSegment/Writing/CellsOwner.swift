import ApusMetrics
import Atomics

/// What the memory of series' cells and bounds belongs to: one for all series of a family that are published, one for each series
/// that is not.
final class CellsOwner: @unchecked Sendable {
    // Unchecked: the pointers never change, what the bounds point to neither, and cells are accessed atomically.
    let mapping: SegmentMapping?
    private let memory: UnsafeMutableRawPointer
    /// The bounds to search, padded with infinities to a multiple of four, at a multiple of 32 bytes; before them a
    /// ``NativeScale``.
    let bounds: UnsafePointer<Double>
    let boundCount: Int
    /// The private cells of a series without a mapping.
    let cells: UnsafeMutableRawPointer?

    /// - Parameter mapping: `nil` for private cells.
    init(_ family: MetricFamily, mapping: SegmentMapping?) {
        self.mapping = mapping
        let shape = family.shape ?? .durations
        // Of a value one step smaller, so that the inclusive bounds become a question of «less or equal» again.
        let searched = family.kind == .nativeHistogram ? shape.mantissaBounds.map(\.nextDown) : family.buckets
        boundCount = searched.count
        let padded = (searched.count + 3) & ~3
        memory = .allocate(byteCount: NativeScale.size + max(1, padded) * 8, alignment: 32)
        memory.initializeMemory(as: NativeScale.self, to: NativeScale(shape))
        let bounds = (memory + NativeScale.size).initializeMemory(as: Double.self, repeating: .infinity, count: padded)
        for (index, bound) in searched.enumerated() { bounds[index] = bound }
        self.bounds = UnsafePointer(bounds)
        guard mapping == nil else {
            cells = nil
            return
        }
        // As many as any form of recording reaches with this scale and these bounds: the form may not suit the family, which is one
        // reason for cells to be private.
        let count = max(shape.bucketCount, boundCount) + 4
        let cells = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 8)
        cells.initializeMemory(as: UInt64.self, repeating: 0, count: count)
        self.cells = cells
    }

    /// What stands before the bounds.
    var scale: NativeScale { memory.load(as: NativeScale.self) }

    deinit {
        memory.deallocate()
        cells?.deallocate()
    }
}

/// What a native histogram's bucket is found with.
@usableFromInline struct NativeScale {
    /// The size in bytes, a multiple of 32, to which the bounds behind it are aligned.
    @inlinable static var size: Int { 32 }

    @usableFromInline let threshold: Double
    @usableFromInline let largest: Double
    /// The biased exponent of the first bucket's doubling.
    @usableFromInline let firstExponent: Int32
    @usableFromInline let schema: Int32
    @usableFromInline let bucketCount: Int32

    init(_ shape: NativeShape) {
        threshold = shape.zeroThreshold
        largest = Double(sign: .plus, exponent: shape.lowestExponent + shape.octaves, significand: 1)
        firstExponent = Int32(shape.lowestExponent + 1023)
        schema = Int32(shape.schema)
        bucketCount = Int32(shape.bucketCount)
    }
}
