public import ApusMetrics
import ApusSegment

extension Counter {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> CounterSeries {
        CounterSeries(cells: reporter.cells(family, labels.pairs, form: .integer))
    }
}

extension Gauge {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> GaugeSeries {
        GaugeSeries(cells: reporter.cells(family, labels.pairs, form: .double))
    }
}

extension Histogram {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> HistogramSeries {
        HistogramSeries(cells: reporter.cells(family, labels.pairs, form: .histogram))
    }
}

extension Counter where Labels == NoLabels {
    /// The one series.
    public func series(in reporter: Reporter) -> CounterSeries { series(NoLabels(), in: reporter) }
}

extension Gauge where Labels == NoLabels {
    /// The one series.
    public func series(in reporter: Reporter) -> GaugeSeries { series(NoLabels(), in: reporter) }
}

extension Histogram where Labels == NoLabels {
    /// The one series.
    public func series(in reporter: Reporter) -> HistogramSeries { series(NoLabels(), in: reporter) }
}
