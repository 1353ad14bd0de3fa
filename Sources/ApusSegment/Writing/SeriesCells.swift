import Atomics

/// The cells of one series, to record on: each call is one atomic operation (two for a histogram) on shared memory, without a
/// lock, a system call or an allocation.
package struct SeriesCells: Sendable {
    private let mapping: SegmentMapping?
    /// The first cell. Valid as long as `mapping` or `unread`, which this value holds.
    private nonisolated(unsafe) let storage: UnsafeMutablePointer<UnsafeAtomic<UInt64>.Storage>
    private let form: ValueForm
    private let bounds: [Double]
    private let unread: UnreadCells?

    init(mapping: SegmentMapping, first: Int, form: ValueForm, bounds: [Double]) {
        self.mapping = mapping
        storage = mapping.cellStorage(first)
        self.form = form
        self.bounds = bounds
        unread = nil
    }

    private init(unread: UnreadCells, form: ValueForm, bounds: [Double]) {
        mapping = nil
        storage = unread.storage
        self.form = form
        self.bounds = bounds
        self.unread = unread
    }

    /// Cells in private memory for a series that was dropped: recording on it is harmless and seen by nobody.
    static func unread(form: ValueForm, bounds: [Double]) -> SeriesCells {
        SeriesCells(unread: UnreadCells(count: form == .histogram ? bounds.count + 2 : 1), form: form, bounds: bounds)
    }

    /// Whether an agent can see what is recorded here.
    package var isPublished: Bool { mapping != nil }

    /// A cell of this series. In bounds while `index` is below the number of cells that the series was registered with.
    @inline(__always)
    private func cell(_ index: Int) -> UnsafeAtomic<UInt64> { UnsafeAtomic(at: storage + index) }

    private var first: UnsafeAtomic<UInt64> { cell(0) }

    /// Adds a whole number to a counter of either form.
    @inline(__always)
    package func add(_ amount: UInt64) {
        if form == .integer {
            first.wrappingIncrement(by: amount, ordering: .relaxed)
        } else {
            addDouble(Double(amount), to: first)
        }
    }

    /// Adds to a counter or gauge that is kept as a double.
    package func add(_ amount: Double) {
        if form == .integer {
            // Registered first as an integer counter: what has a fraction cannot be kept there.
            if amount >= 1 { first.wrappingIncrement(by: UInt64(amount), ordering: .relaxed) }
        } else {
            addDouble(amount, to: first)
        }
    }

    /// Sets a gauge.
    package func set(_ value: Double) {
        first.store(value.bitPattern, ordering: .relaxed)
    }

    /// Sets a counter back to zero, as swift-metrics' `reset` asks.
    package func reset() {
        first.store(0, ordering: .relaxed)
    }

    /// Counts an observation in a histogram. NaN counts in `+Inf` and not in the sum, which it would spoil for ever.
    package func observe(_ value: Double) {
        guard form == .histogram else { return }
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        if !value.isNaN { addDouble(value, to: cell(bounds.count + 1)) }
        cell(low).wrappingIncrement(ordering: .relaxed)
    }

    private func addDouble(_ amount: Double, to cell: UnsafeAtomic<UInt64>) {
        var old = cell.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = cell.weakCompareExchange(
                expected: old, desired: (Double(bitPattern: old) + amount).bitPattern, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}

/// Private memory that stands in for the cells of a dropped series.
private final class UnreadCells: @unchecked Sendable {
    // Unchecked: the pointer never changes, and what it points to is accessed atomically.
    let storage: UnsafeMutablePointer<UnsafeAtomic<UInt64>.Storage>
    private let count: Int

    init(count: Int) {
        self.count = count
        storage = .allocate(capacity: count)
        for index in 0..<count { (storage + index).initialize(to: .init(0)) }
    }

    deinit {
        for index in 0..<count { _ = (storage + index).pointee.dispose() }
        storage.deinitialize(count: count)
        storage.deallocate()
    }
}
