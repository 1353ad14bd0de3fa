import ApusMetrics
public import Atomics
public import CLinux

/// The cells of one series, to record on: each call is one atomic operation (two for an observation) on shared memory, without a
/// lock, a system call or an allocation.
///
/// What only rises is spread over planes, one a processor, so that processors do not wait for one another's cache lines.
///
/// Public, unlike the rest of the module, for one reason: the compiler inlines across modules only what is public, and a call
/// would cost as much as the recording. Users reach it through handles of swift-metrics.
public struct SeriesCells: Sendable {
    /// The cell of the first plane. Valid as long as `owner`, which this value holds.
    @usableFromInline nonisolated(unsafe) let storage: UnsafeMutableRawPointer
    /// The bounds to search, with a ``NativeScale`` before them. Valid as long as `owner`.
    @usableFromInline nonisolated(unsafe) let bounds: UnsafePointer<Double>
    @usableFromInline let boundCount: Int
    /// One less than the number of planes, which is a power of two; 0 when there is one.
    @usableFromInline let planeMask: UInt32
    /// The number, within the series, of the cell with the sum of the observations.
    @usableFromInline let sumCell: UInt32
    @usableFromInline let isInteger: Bool
    @usableFromInline let isHistogram: Bool
    @usableFromInline let isNative: Bool
    @usableFromInline let isSummary: Bool
    /// Whether an agent can see what is recorded here.
    package let isPublished: Bool
    /// The entry that says when the count began; 0, which is never a series, where none does.
    private let entry: UInt32
    /// The place in the arena at which the slots for exemplars begin; 0 for none.
    let exemplars: UInt32
    let owner: CellsOwner

    /// - Parameters:
    ///   - first: with as many cells after it as the form has, within a plane.
    ///   - exemplars: with as many slots after it as the series has buckets, within the arena; or 0.
    init(
        _ owner: CellsOwner, mapping: SegmentMapping, first: Int, form: ValueForm, planes: Int, entry: Int, exemplars: Int
    ) {
        self.init(
            owner, UnsafeMutableRawPointer(mapping.cellStorage(first)), form, planes: planes, entry: entry,
            exemplars: exemplars)
    }

    /// Makes cells in private memory for a series that was dropped: recording on it is harmless and seen by nobody.
    static func unread(_ family: MetricFamily, form: ValueForm) -> SeriesCells {
        let owner = CellsOwner(family, mapping: nil)
        // Private memory is there, as there is no mapping; the bounds stand in for it in the compiler's eyes and are never written.
        let cells = owner.cells ?? UnsafeMutableRawPointer(mutating: owner.bounds)
        return SeriesCells(owner, cells, form, planes: 1, entry: 0, exemplars: 0)
    }

    private init(
        _ owner: CellsOwner, _ storage: UnsafeMutableRawPointer, _ form: ValueForm, planes: Int, entry: Int, exemplars: Int
    ) {
        self.owner = owner
        self.storage = storage
        self.entry = UInt32(entry)
        self.exemplars = UInt32(exemplars)
        isPublished = owner.mapping != nil
        bounds = owner.bounds
        boundCount = owner.boundCount
        planeMask = UInt32(planes - 1)
        isInteger = form == .integer
        isHistogram = form == .histogram
        isNative = form == .nativeHistogram
        isSummary = form == .summary
        sumCell =
            switch form {
            case .histogram: UInt32(owner.boundCount + 1)
            case .nativeHistogram: UInt32(owner.scale.bucketCount + 3)
            case .summary: 1
            case .integer, .double, .state, .info: 0
            }
    }

    /// The distance of planes, `SegmentLayout.planeStride`, where the compiler can see it from other modules.
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

    /// Sets the state of a state set: one more than its index, or 0 for none.
    @inlinable @inline(__always)
    public func set(state: UInt64) {
        cell(0, plane: 0).store(state, ordering: .relaxed)
    }

    /// Sets a counter back to zero, as swift-metrics' `reset` asks; it begins to count anew at this moment.
    package func reset() {
        for plane in 0...Int(planeMask) { cell(0, plane: plane).store(0, ordering: .relaxed) }
        if entry != 0 {
            owner.mapping?.created(Int(entry)).store(apus_realtime_nanoseconds(), ordering: .relaxed)
        }
    }

    /// Counts an observation in a distribution of any form; sets a gauge.
    @inlinable @inline(__always)
    public func record(_ value: Double) {
        if isHistogram {
            observe(value)
        } else if isNative {
            observeNative(value)
        } else if isSummary {
            summarize(value)
        } else {
            set(value)
        }
    }

    /// Counts an observation in a histogram. NaN counts in `+Inf` and not in the sum, which it would spoil for ever.
    @inlinable @inline(__always)
    public func observe(_ value: Double) {
        guard isHistogram else { return }
        count(value, in: bucket(of: value))
    }

    /// Counts an observation in a native histogram; NaN and what is above the range in the last bucket, NaN not in the sum.
    @inlinable @inline(__always)
    public func observeNative(_ value: Double) {
        guard isNative else { return }
        count(value, in: nativeCell(of: value))
    }

    /// Counts an observation in a summary; NaN not in the sum.
    @inlinable @inline(__always)
    public func summarize(_ value: Double) {
        guard isSummary else { return }
        count(value, in: 0)
    }

    /// Counts one more in a cell, and adds the value to the sum.
    @inlinable @inline(__always)
    func count(_ value: Double, in index: Int) {
        let plane = plane
        cell(index, plane: plane).wrappingIncrement(ordering: .relaxed)
        if value == value { add(value, to: cell(Int(sumCell), plane: plane)) }
    }

    /// The cell of a native histogram that a value falls into, by the bits of its exponent and a search for its mantissa.
    @inlinable @inline(__always)
    func nativeCell(of value: Double) -> Int {
        // In bounds and initialized: the owner puts a scale before the bounds.
        let scale = (UnsafeRawPointer(bounds) - NativeScale.size).load(as: NativeScale.self)
        // NaN compares as false.
        guard value <= scale.largest else { return Int(sumCell) &- 1 }
        guard value > scale.threshold else { return value < -scale.threshold ? 0 : 1 }
        // A bound belongs to the bucket that it ends: one step below the value, bounds are exclusive above. The value is above the
        // smallest normal number, so that the step leads neither below 0 nor to numbers without a whole mantissa.
        let bits = value.bitPattern &- 1
        let doubling = Int(bits >> 52) &- Int(scale.firstExponent)
        let mantissa = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        return 2 &+ (doubling &<< Int(scale.schema)) &+ bucket(of: mantissa)
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
