public import ApusMetrics
import ApusSegment
public import CoreMetrics

extension ApusMetrics.Counter {
    /// The swift-metrics counter of one series; make it once and keep it.
    ///
    /// With Apus' own backend the series has the declaration's help text; any other backend gets name and labels.
    /// - Parameter factory: the backend; `nil` is the bootstrapped one.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Counter {
        let factory = factory ?? MetricsSystem.factory
        let cells = (factory as? SegmentMetricsFactory)?.cells(family, labels.pairs, form: .integer)
        guard let cells else { return CoreMetrics.Counter(label: name, dimensions: labels.pairs, factory: factory) }
        return CoreMetrics.Counter(
            label: name, dimensions: labels.pairs, handler: IntegerCounterHandler(cells: cells), factory: factory)
    }
}

extension ApusMetrics.Gauge {
    /// The swift-metrics meter of one series; make it once and keep it. See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Meter {
        let factory = factory ?? MetricsSystem.factory
        let cells = (factory as? SegmentMetricsFactory)?.cells(family, labels.pairs, form: .double)
        guard let cells else { return CoreMetrics.Meter(label: name, dimensions: labels.pairs, factory: factory) }
        return CoreMetrics.Meter(label: name, dimensions: labels.pairs, handler: GaugeHandler(cells: cells), factory: factory)
    }
}

extension ApusMetrics.Histogram {
    /// The swift-metrics recorder of one series, which takes values in the unit of the name; make it once and keep it.
    /// See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder {
        let factory = factory ?? MetricsSystem.factory
        let cells = (factory as? SegmentMetricsFactory)?.cells(family, labels.pairs, form: .histogram)
        guard let cells else {
            return CoreMetrics.Recorder(label: name, dimensions: labels.pairs, aggregate: true, factory: factory)
        }
        return CoreMetrics.Recorder(
            label: name, dimensions: labels.pairs, aggregate: true, handler: HistogramHandler(cells: cells, unit: 1),
            factory: factory)
    }
}

extension ApusMetrics.Counter where Labels == NoLabels {
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Counter { handle(NoLabels(), factory: factory) }
}

extension ApusMetrics.Gauge where Labels == NoLabels {
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Meter { handle(NoLabels(), factory: factory) }
}

extension ApusMetrics.Histogram where Labels == NoLabels {
    public func handle(factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder { handle(NoLabels(), factory: factory) }
}
