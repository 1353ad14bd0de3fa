import ApusMetrics
package import ApusSegment
public import CoreMetrics

/// A swift-metrics backend whose handles write into a segment that an agent reads.
///
/// Names follow Prometheus: characters that are illegal there become `_`, counters end in `_total`, timers in `_seconds`.
/// The same label and dimensions give the same series, in any order of dimensions. A clash of types, or a series past the limit,
/// never stops the caller: the handle records into private memory, the drop is counted, and the reporter logs it once.
public struct SegmentMetricsFactory: MetricsFactory {
    private let writer: SegmentWriter
    /// The longest prefix first.
    private let options: [MetricOptions]
    private let counters = HandlerTable<IntegerCounterHandler>()
    private let floatingCounters = HandlerTable<DoubleCounterHandler>()
    private let meters = HandlerTable<GaugeHandler>()
    private let recorders = HandlerTable<ObservationHandler>()
    private let lastValueRecorders = HandlerTable<ObservationHandler>()
    private let timers = HandlerTable<ObservationHandler>()

    package init(writer: SegmentWriter, options: [MetricOptions] = []) {
        self.writer = writer
        self.options = options.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counters.handler(label, dimensions) {
            let cells = counterCells(label, dimensions, .integer)
            return (IntegerCounterHandler(cells: cells), cells.isPublished)
        }
    }

    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        floatingCounters.handler(label, dimensions) {
            let cells = counterCells(label, dimensions, .double)
            return (DoubleCounterHandler(cells: cells), cells.isPublished)
        }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        meters.handler(label, dimensions) {
            let options = options(for: label)
            let family = MetricOptions.Recording.gauge.family(name(label, options), options)
            let cells = writer.series(
                writer.family(named: family.name, as: [.gauge]) ?? family, labels: dimensions, form: .double)
            return (GaugeHandler(cells: cells), cells.isPublished)
        }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        (aggregate ? recorders : lastValueRecorders).handler(label, dimensions) {
            let options = options(for: label)
            let recording = options?.recording ?? (aggregate ? .histogram(buckets: defaultDurationBuckets) : .gauge)
            let cells = cells(name(label, options), recording, options, dimensions)
            return (ObservationHandler(cells: cells), cells.isPublished)
        }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        timers.handler(label, dimensions) {
            let options = options(for: label)
            let recording = options?.recording ?? .histogram(buckets: defaultDurationBuckets)
            let cells = cells(MetricOptions.ending("seconds", MetricName.sanitized(label)), recording, options, dimensions)
            return (ObservationHandler(cells: cells), cells.isPublished)
        }
    }

    /// Does nothing: a series lives as long as its process, so that its counters never seem to restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// The cells of a declared series, with its family's help text and buckets.
    func cells<Declaration: MetricDeclaration>(
        _ declaration: Declaration, _ labels: Declaration.Labels, form: ValueForm
    ) -> SeriesCells {
        writer.cells(declaration, labels, form: form)
    }

    private func options(for label: String) -> MetricOptions? {
        options.first { label.utf8.starts(with: $0.prefix.utf8) }
    }

    /// A counter's cells; a counter that was declared under the name brings its help.
    private func counterCells(_ label: String, _ dimensions: [(String, String)], _ form: ValueForm) -> SeriesCells {
        let options = options(for: label)
        var name = MetricName.sanitized(label)
        if name.hasSuffix("_total") { name.removeLast("_total".utf8.count) }
        let family = MetricFamily(
            name: MetricOptions.ending("total", MetricOptions.ending(options?.unit, name)), kind: .counter,
            help: MetricOptions.help(options),
            unit: options?.familyUnit)
        return writer.series(writer.family(named: family.name, as: [.counter]) ?? family, labels: dimensions, form: form)
    }

    /// A gauge's or distribution's cells; what was declared under the name stays what it is, if it takes observations.
    private func cells(
        _ name: String, _ recording: MetricOptions.Recording, _ options: MetricOptions?, _ dimensions: [(String, String)]
    ) -> SeriesCells {
        let kinds: [MetricKind] =
            recording == .gauge ? [.gauge, .histogram, .nativeHistogram, .summary] : [.histogram, .nativeHistogram, .summary]
        let family = writer.family(named: name, as: kinds) ?? recording.family(name, options)
        return writer.series(family, labels: dimensions, form: family.kind.observationForm)
    }

    private func name(_ label: String, _ options: MetricOptions?) -> String {
        MetricOptions.ending(options?.unit, MetricName.sanitized(label))
    }
}
