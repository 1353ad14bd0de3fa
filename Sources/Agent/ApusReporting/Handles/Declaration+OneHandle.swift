public import ApusMetrics
public import CoreMetrics

extension ApusMetrics.Counter where Labels == NoLabels {
    /// The handle of the one series.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Counter { handle(NoLabels(), factory: factory) }

    /// The handle of the one series, kept with fractions.
    public func floatingHandle(factory: (any MetricsFactory)? = nil) -> FloatingPointCounter {
        floatingHandle(NoLabels(), factory: factory)
    }
}

extension ApusMetrics.Gauge where Labels == NoLabels {
    /// The handle of the one series.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Meter { handle(NoLabels(), factory: factory) }
}

extension ApusMetrics.Histogram where Labels == NoLabels {
    /// The handle of the one series.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}

extension NativeHistogram where Labels == NoLabels {
    /// The handle of the one series.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}

extension Summary where Labels == NoLabels {
    /// The handle of the one series.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}
