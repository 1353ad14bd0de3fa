import ApusMetrics
package import ApusSegment
public import CoreMetrics
import Synchronization

/// A swift-metrics backend whose handles write into a segment that an agent reads.
///
/// Names follow Prometheus: characters that are illegal there become `_`, counters end in `_total`, timers in `_seconds`.
/// The same label and dimensions give the same series, in any order of dimensions. A clash of types, or a series past the limit,
/// never stops the caller: the handle records into private memory, and the drop is counted.
public struct SegmentMetricsFactory: MetricsFactory {
    private let writer: SegmentWriter

    package init(writer: SegmentWriter) { self.writer = writer }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        IntegerCounterHandler(cells: cells(counterName(label), .counter, dimensions, .integer))
    }

    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        DoubleCounterHandler(cells: cells(counterName(label), .counter, dimensions, .double))
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        GaugeHandler(cells: cells(MetricName.sanitized(label), .gauge, dimensions, .double))
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let name = MetricName.sanitized(label)
        guard aggregate else { return GaugeHandler(cells: cells(name, .gauge, dimensions, .double)) }
        return HistogramHandler(cells: cells(name, .histogram, dimensions, .histogram), unit: 1)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = MetricName.sanitized(label)
        let seconds = name.hasSuffix("_seconds") ? name : name + "_seconds"
        return HistogramHandler(cells: cells(seconds, .histogram, dimensions, .histogram), unit: 1e-9)
    }

    /// Nothing to do: a series lives as long as its process, so that its counters never seem to restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// Cells for a declared family, with its help text and buckets.
    func cells(_ family: MetricFamily, _ labels: [(String, String)], form: ValueForm) -> SeriesCells {
        writer.series(family, labels: labels, form: form)
    }

    private func cells(_ name: String, _ kind: MetricKind, _ dimensions: [(String, String)], _ form: ValueForm) -> SeriesCells {
        let known = writer.family(named: name)
        let undeclared = MetricFamily(
            name: name, kind: kind, help: "Recorded through swift-metrics; not declared in a catalog.",
            buckets: kind == .histogram ? defaultDurationBuckets : [])
        return writer.series(known?.kind == kind ? known ?? undeclared : undeclared, labels: dimensions, form: form)
    }

    private func counterName(_ label: String) -> String {
        let name = MetricName.sanitized(label)
        return name.hasSuffix("_total") ? name : name + "_total"
    }
}
