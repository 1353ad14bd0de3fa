public import ApusMetrics
public import CoreMetrics

extension ApusMetrics.Counter where Labels == NoLabels {
    /// The swift-metrics handle of the only series of a family without labels.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Counter { handle(NoLabels(), factory: factory) }

    /// The swift-metrics handle of the only series of a counter without labels, kept with fractions.
    public func floatingHandle(factory: (any MetricsFactory)? = nil) -> FloatingPointCounter {
        floatingHandle(NoLabels(), factory: factory)
    }
}

extension ApusMetrics.Gauge where Labels == NoLabels {
    /// The swift-metrics handle of the only series of a family without labels.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Meter { handle(NoLabels(), factory: factory) }
}

extension ApusMetrics.Histogram where Labels == NoLabels {
    /// The swift-metrics handle of the only series of a family without labels.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}

extension NativeHistogram where Labels == NoLabels {
    /// The swift-metrics handle of the only series of a family without labels.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}

extension Summary where Labels == NoLabels {
    /// The swift-metrics handle of the only series of a family without labels.
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}
