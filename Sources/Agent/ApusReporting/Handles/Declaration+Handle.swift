public import ApusMetrics
import ApusSegment
public import CoreMetrics

extension ApusMetrics.Counter {
    /// The swift-metrics counter of one series; make it once and keep it.
    ///
    /// With Apus' own backend the series has the declaration's help text; any other backend gets name and labels.
    /// - Parameter factory: the backend; `nil` is the bootstrapped one, or that of the task (`withMetricsFactory`).
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Counter {
        let factory = factory ?? MetricsSystem.factory
        guard let cells = (factory as? SegmentMetricsFactory)?.cells(self, labels, form: .integer) else {
            return CoreMetrics.Counter(label: name, dimensions: labels.pairs, factory: factory)
        }
        return CoreMetrics.Counter(
            label: name, dimensions: labels.pairs, handler: IntegerCounterHandler(cells: cells), factory: factory)
    }

    /// The swift-metrics counter of one series that is kept with fractions; make it once and keep it.
    ///
    /// See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func floatingHandle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> FloatingPointCounter {
        let factory = factory ?? MetricsSystem.factory
        guard let cells = (factory as? SegmentMetricsFactory)?.cells(self, labels, form: .double) else {
            return FloatingPointCounter(label: name, dimensions: labels.pairs, factory: factory)
        }
        return FloatingPointCounter(
            label: name, dimensions: labels.pairs, handler: DoubleCounterHandler(cells: cells), factory: factory)
    }
}

extension ApusMetrics.Gauge {
    /// The swift-metrics meter of one series; make it once and keep it. See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Meter {
        let factory = factory ?? MetricsSystem.factory
        guard let cells = (factory as? SegmentMetricsFactory)?.cells(self, labels, form: .double) else {
            return CoreMetrics.Meter(label: name, dimensions: labels.pairs, factory: factory)
        }
        return CoreMetrics.Meter(label: name, dimensions: labels.pairs, handler: GaugeHandler(cells: cells), factory: factory)
    }
}

extension ApusMetrics.Histogram {
    /// The swift-metrics recorder of one series, which takes values in the unit of the name; make it once and keep it.
    /// See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder {
        recorder(of: self, labels, form: .histogram, factory)
    }
}

extension NativeHistogram {
    /// The swift-metrics recorder of one series, which takes values in the unit of the name; make it once and keep it.
    /// See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder {
        recorder(of: self, labels, form: .nativeHistogram, factory)
    }
}

extension Summary {
    /// The swift-metrics recorder of one series, which takes values in the unit of the name; make it once and keep it.
    /// See ``ApusMetrics/Counter/handle(_:factory:)``.
    public func handle(_ labels: Labels, factory: (any MetricsFactory)? = nil) -> CoreMetrics.Recorder {
        recorder(of: self, labels, form: .summary, factory)
    }
}

private func recorder<Declaration: MetricDeclaration>(
    of declaration: Declaration, _ labels: Declaration.Labels, form: ValueForm, _ factory: (any MetricsFactory)?
) -> CoreMetrics.Recorder {
    let factory = factory ?? MetricsSystem.factory
    guard let cells = (factory as? SegmentMetricsFactory)?.cells(declaration, labels, form: form) else {
        return CoreMetrics.Recorder(label: declaration.name, dimensions: labels.pairs, aggregate: true, factory: factory)
    }
    return CoreMetrics.Recorder(
        label: declaration.name, dimensions: labels.pairs, aggregate: true, handler: ObservationHandler(cells: cells),
        factory: factory)
}
