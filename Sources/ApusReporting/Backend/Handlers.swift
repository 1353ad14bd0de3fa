import ApusSegment
import CoreMetrics

/// A counter of whole numbers; negative increments are ignored, as a counter only rises.
final class IntegerCounterHandler: CounterHandler {
    private let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    @inline(__always)
    func increment(by amount: Int64) {
        if amount > 0 { cells.add(UInt64(amount)) }
    }

    func reset() { cells.reset() }
}

/// A counter with fractions; negative and non-finite increments are ignored.
final class DoubleCounterHandler: FloatingPointCounterHandler {
    private let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    @inline(__always)
    func increment(by amount: Double) {
        if amount > 0 && amount.isFinite { cells.add(amount) }
    }

    func reset() { cells.reset() }
}

/// A gauge; also a recorder that does not aggregate, which keeps the last value.
final class GaugeHandler: MeterHandler, RecorderHandler {
    private let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    @inline(__always)
    func set(_ value: Int64) { cells.set(Double(value)) }
    @inline(__always)
    func set(_ value: Double) { cells.set(value) }
    @inline(__always)
    func increment(by amount: Double) { cells.add(amount) }
    @inline(__always)
    func decrement(by amount: Double) { cells.add(-amount) }
    @inline(__always)
    func record(_ value: Int64) { cells.set(Double(value)) }
    @inline(__always)
    func record(_ value: Double) { cells.set(value) }
}

/// A histogram; a timer's nanoseconds are kept in seconds.
final class HistogramHandler: RecorderHandler, TimerHandler {
    private let cells: SeriesCells
    private let unit: Double

    /// - Parameter unit: what a timer's nanosecond is in the family's unit.
    init(cells: SeriesCells, unit: Double) {
        self.cells = cells
        self.unit = unit
    }

    @inline(__always)
    func record(_ value: Int64) { cells.observe(Double(value)) }
    @inline(__always)
    func record(_ value: Double) { cells.observe(value) }
    @inline(__always)
    func recordNanoseconds(_ duration: Int64) { cells.observe(Double(duration) * unit) }
}
