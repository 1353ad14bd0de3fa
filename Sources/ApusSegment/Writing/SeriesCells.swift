public import Atomics
public import CLinux

/// The cells of one series, to record on: each call is one atomic operation (two for a histogram) on shared memory, without a
/// lock, a system call or an allocation.
///
/// What only rises is spread over planes, one a processor, so that processors do not wait for one another's cache lines.
///
/// Public, unlike the rest of the module, for one reason: the compiler inlines across modules only what is public, and a call
/// would cost as much as the recording. Users reach it through handles of swift-metrics.
public struct SeriesCells: Sendable {
    /// The cell of the first plane. Valid as long as `owner`, which this value holds.
    @usableFromInline nonisolated(unsafe) let storage: UnsafeMutableRawPointer
    /// A histogram's bounds. Valid as long as `owner`.
    @usableFromInline nonisolated(unsafe) let bounds: UnsafePointer<Double>
    @usableFromInline let boundCount: Int
    /// One less than the number of planes, which is a power of two; 0 when there is one.
    @usableFromInline let planeMask: UInt32
    @usableFromInline let isInteger: Bool
    @usableFromInline let isHistogram: Bool
    /// Whether an agent can see what is recorded here.
    package let isPublished: Bool
    private let owner: CellsOwner

    init(mapping: SegmentMapping, first: Int, form: ValueForm, bounds: [Double], planes: Int) {
        self.init(
            owner: CellsOwner(mapping: mapping, bounds: bounds), storage: UnsafeMutableRawPointer(mapping.cellStorage(first)),
            form,
            planes: planes, isPublished: true)
    }

    /// Cells in private memory for a series that was dropped: recording on it is harmless and seen by nobody.
    static func unread(form: ValueForm, bounds: [Double]) -> SeriesCells {
        let owner = CellsOwner(mapping: nil, bounds: bounds)
        return SeriesCells(owner: owner, storage: owner.cells, form, planes: 1, isPublished: false)
    }

    private init(owner: CellsOwner, storage: UnsafeMutableRawPointer, _ form: ValueForm, planes: Int, isPublished: Bool) {
        self.owner = owner
        self.storage = storage
        self.isPublished = isPublished
        bounds = UnsafePointer(owner.bounds)
        boundCount = owner.boundCount
        planeMask = UInt32(planes - 1)
        isInteger = form == .integer
        isHistogram = form == .histogram
    }

    /// `SegmentLayout.planeStride`, where the compiler can see it from other modules.
    @inlinable static var planeStride: Int { 1 << 26 }

    /// A cell in a plane. In bounds while `index` is below the number of cells that the series was registered with and `plane`
    /// at most `planeMask`: every plane has as many cells as the first.
    @inlinable @inline(__always)
    func cell(_ index: Int, plane: Int) -> UnsafeAtomic<UInt64> {
        UnsafeAtomic(
            at: (storage + (plane &* Self.planeStride &+ index &* 8)).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self)
        )
    }

    /// The plane of the processor that runs this thread. It may be another one a moment later, which costs time and nothing else.
    @inlinable @inline(__always)
    var plane: Int { Int(apus_current_cpu() & planeMask) }

    /// Adds a whole number to a counter of either form.
    @inlinable @inline(__always)
    public func add(_ amount: UInt64) {
        if isInteger {
            cell(0, plane: plane).wrappingIncrement(by: amount, ordering: .relaxed)
        } else {
            add(Double(amount), to: cell(0, plane: plane))
        }
    }

    /// Adds to a counter or gauge that is kept as a double.
    @inlinable @inline(__always)
    public func add(_ amount: Double) {
        if isInteger {
            // Registered first as an integer counter: what has a fraction cannot be kept there, nor what is past its range.
            if amount >= 1, amount < 0x1p64 { add(UInt64(amount)) }
        } else {
            add(amount, to: cell(0, plane: plane))
        }
    }

    /// Sets a gauge.
    @inlinable @inline(__always)
    public func set(_ value: Double) {
        cell(0, plane: 0).store(value.bitPattern, ordering: .relaxed)
    }

    /// Sets a counter back to zero, as swift-metrics' `reset` asks.
    package func reset() {
        for plane in 0...Int(planeMask) { cell(0, plane: plane).store(0, ordering: .relaxed) }
    }

    /// Counts an observation in a histogram. NaN counts in `+Inf` and not in the sum, which it would spoil for ever.
    @inlinable @inline(__always)
    public func observe(_ value: Double) {
        guard isHistogram else { return }
        let plane = plane
        cell(bucket(of: value), plane: plane).wrappingIncrement(ordering: .relaxed)
        if value == value { add(value, to: cell(boundCount &+ 1, plane: plane)) }
    }

    /// The bucket that a value falls into: the first whose bound is not below it.
    ///
    /// All bounds are compared, four at a time: a search by halves asks fewer, but each of its branches is a coin toss, and a wrong
    /// guess of the processor costs more than all of these comparisons. Past 64 bounds it begins by halving.
    @inlinable @inline(__always)
    func bucket(of value: Double) -> Int {
        var first = 0
        var end = boundCount
        while end &- first > 64 {
            let middle = (first &+ end) >> 1
            // NaN compares as false and so ends past the last bound, where it belongs.
            if value <= bounds[middle] { end = middle } else { first = middle &+ 1 }
        }
        first &= ~3
        var above = SIMD4<Int64>(repeating: 0)
        var index = first
        let vector = SIMD4<Double>(repeating: value)
        while index < end {
            // In bounds: the bounds are padded with infinities up to a multiple of four.
            let four = UnsafeRawPointer(bounds + index).load(as: SIMD4<Double>.self)
            above &+= unsafeBitCast(vector .<= four, to: SIMD4<Int64>.self)
            index &+= 4
        }
        // A lane that holds true is -1. Nothing is above NaN, not even the padding.
        return min(index &+ Int(truncatingIfNeeded: above.wrappedSum()), boundCount)
    }

    @inlinable @inline(__always)
    func add(_ amount: Double, to cell: UnsafeAtomic<UInt64>) {
        var old = cell.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = cell.weakCompareExchange(
                expected: old, desired: (Double(bitPattern: old) + amount).bitPattern, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}

/// What the memory of a series' cells and bounds belongs to.
private final class CellsOwner: @unchecked Sendable {
    // Unchecked: the pointers never change, the bounds neither, and cells are accessed atomically.
    private let mapping: SegmentMapping?
    let bounds: UnsafeMutablePointer<Double>
    let boundCount: Int
    /// Private cells, where there is no mapping: as many as a histogram with these bounds has.
    let cells: UnsafeMutableRawPointer

    init(mapping: SegmentMapping?, bounds: [Double]) {
        self.mapping = mapping
        boundCount = bounds.count
        // Read four at a time, which are 32 bytes that must begin at a multiple of 32.
        let padded = (bounds.count + 3) & ~3
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, padded) * 8, alignment: 32)
        self.bounds = memory.initializeMemory(as: Double.self, repeating: .infinity, count: padded)
        for (index, bound) in bounds.enumerated() { self.bounds[index] = bound }
        let count = mapping == nil ? bounds.count + 2 : 1
        cells = .allocate(byteCount: count * 8, alignment: 8)
        cells.initializeMemory(as: UInt64.self, repeating: 0, count: count)
    }

    deinit {
        bounds.deallocate()
        cells.deallocate()
    }
}
