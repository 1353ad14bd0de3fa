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

/// A gauge.
final class GaugeHandler: MeterHandler {
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
}

/// A recorder or timer, kept as a histogram, native histogram, summary, or gauge of the last value. A timer's nanoseconds are kept in
/// seconds, whatever unit it would rather be shown in.
final class ObservationHandler: RecorderHandler, TimerHandler {
    private let cells: SeriesCells

    init(cells: SeriesCells) { self.cells = cells }

    @inline(__always)
    func record(_ value: Int64) { cells.record(Double(value)) }
    @inline(__always)
    func record(_ value: Double) { cells.record(value) }
    /// A duration below 0 is one of 0: it would make the sum fall, which looks like a restart.
    @inline(__always)
    func recordNanoseconds(_ duration: Int64) { cells.record(Double(max(0, duration)) * 1e-9) }
}
