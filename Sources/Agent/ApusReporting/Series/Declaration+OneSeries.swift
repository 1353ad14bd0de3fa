public import ApusMetrics

extension Counter where Labels == NoLabels {
    /// The only series of a family without labels.
    public func series(in reporter: Reporter) -> CounterSeries { series(NoLabels(), in: reporter) }

    /// The only series of a counter without labels, kept with fractions.
    public func floatingSeries(in reporter: Reporter) -> FloatingCounterSeries { floatingSeries(NoLabels(), in: reporter) }
}

extension Gauge where Labels == NoLabels {
    /// The only series of a family without labels.
    public func series(in reporter: Reporter) -> GaugeSeries { series(NoLabels(), in: reporter) }
}

extension Histogram where Labels == NoLabels {
    /// The only series of a family without labels.
    public func series(in reporter: Reporter) -> HistogramSeries { series(NoLabels(), in: reporter) }
}

extension NativeHistogram where Labels == NoLabels {
    /// The only series of a family without labels.
    public func series(in reporter: Reporter) -> NativeHistogramSeries { series(NoLabels(), in: reporter) }
}

extension Summary where Labels == NoLabels {
    /// The only series of a family without labels.
    public func series(in reporter: Reporter) -> SummarySeries { series(NoLabels(), in: reporter) }
}

extension StateSet where Labels == NoLabels {
    /// The only series of a family without labels.
    public func series(in reporter: Reporter) -> StateSeries<State> { series(NoLabels(), in: reporter) }
}
