import ApusMetrics
import ApusReporting
import ApusSegment
import CoreMetrics
import Testing
import SegmentTesting

/// The rest of what swift-metrics asks of a backend: options, caches, destroyed handles, scopes.
@Suite struct BackendTests {
    private let writer: SegmentWriter

    init() throws { writer = try SegmentWriter(familySeriesLimit: 100) }

    private func contents() throws -> SegmentContents {
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        return contents
    }

    private func families() throws -> [String: MetricFamily] {
        Dictionary(uniqueKeysWithValues: try contents().families.map { ($0.family.name, $0.family) })
    }

    /// The only series of a family.
    private func point(_ name: String) throws -> PointValue? {
        let contents = try contents()
        let family = contents.families.first { $0.family.name == name }
        return family.map { contents.reader.point($0.series[0].cells, of: $0.family) }
    }

    @Test func `options by prefix say kind, buckets, unit and help; the longest prefix counts`() throws {
        let factory = SegmentMetricsFactory(
            writer: writer,
            options: [
                MetricOptions(prefix: "http.", recordAs: .histogram(buckets: [1, 2]), help: "HTTP."),
                MetricOptions(prefix: "", help: "Anything."),
                MetricOptions(prefix: "http.size", recordAs: .summary, unit: "bytes"),
                MetricOptions(prefix: "db.", recordAs: .nativeHistogram(.durations)),
                MetricOptions(prefix: "last.", recordAs: .gauge, unit: "bytes"),
            ])
        Recorder(label: "http.items", factory: factory).record(2)
        Recorder(label: "http.size.out", factory: factory).record(7)
        CoreMetrics.Timer(label: "http.latency", factory: factory).recordSeconds(2)
        CoreMetrics.Timer(label: "db.latency", factory: factory).recordSeconds(1)
        Recorder(label: "db.depth", aggregate: false, factory: factory).record(1)
        CoreMetrics.Timer(label: "last.took", factory: factory).recordMilliseconds(1500)
        CoreMetrics.Counter(label: "last.read", factory: factory).increment()
        CoreMetrics.Counter(label: "last.written.bytes.total", factory: factory).increment()
        Meter(label: "last.free_bytes", factory: factory).set(5)
        let families = try families()
        #expect(families["http_items"]?.buckets == [1, 2])
        #expect(families["http_items"]?.help == "HTTP.")
        #expect(families["http_size_out_bytes"]?.kind == .summary)
        #expect(families["http_size_out_bytes"]?.declaredUnit == "bytes")
        #expect(families["http_latency_seconds"]?.buckets == [1, 2])
        #expect(families["db_latency_seconds"]?.shape == .durations)
        #expect(families["db_depth"]?.kind == .nativeHistogram)
        #expect(families["last_took_seconds"]?.kind == .gauge)
        #expect(try point("last_took_seconds") == .double(1.5))
        #expect(try point("http_size_out_bytes") == .summary(count: 1, sum: 7))
        #expect(families["last_read_bytes_total"]?.declaredUnit == "bytes")
        #expect(families["last_written_bytes_total"] != nil)
        #expect(families["last_free_bytes"] != nil)
        #expect(families.count == 9)
    }

    @Test func `without options a recorder that aggregates is a histogram, another and swift-metrics' gauge are gauges`() throws
    {
        let factory = SegmentMetricsFactory(writer: writer)
        Recorder(label: "a", factory: factory).record(1)
        Recorder(label: "b", aggregate: false, factory: factory).record(1)
        CoreMetrics.Gauge(label: "c", factory: factory).record(1)
        let timer = CoreMetrics.Timer(label: "d", preferredDisplayUnit: .milliseconds, factory: factory)
        timer.recordMilliseconds(250)
        timer.recordNanoseconds(-5)
        timer.recordNanoseconds(.max)
        timer.recordNanoseconds(.min)
        let families = try families()
        #expect(families.mapValues(\.kind) == ["a": .histogram, "b": .gauge, "c": .gauge, "d_seconds": .histogram])
        guard case .histogram(let counts, let sum)? = try point("d_seconds") else {
            Issue.record("no histogram")
            return
        }
        #expect(counts.reduce(0, +) == 4)
        #expect(abs(sum - (0.25 + Double(Int64.max) / 1e9)) < 10)
    }

    @Test func `what was declared under a label stays what it is`() throws {
        let factory = SegmentMetricsFactory(writer: writer)
        let native = NativeHistogram<NoLabels>("took_seconds", "Took.").handle(factory: factory)
        native.record(0.5)
        CoreMetrics.Timer(label: "took", factory: factory).recordMilliseconds(500)
        Recorder(label: "took_seconds", factory: factory).record(0.5)
        guard case .nativeHistogram(let value)? = try point("took_seconds") else {
            Issue.record("no native histogram")
            return
        }
        #expect(value.count == 3)
        Summary<NoLabels>("size", "Size.").handle(factory: factory).record(4)
        Recorder(label: "size", aggregate: false, factory: factory).record(5)
        #expect(try point("size") == .summary(count: 2, sum: 9))
        ApusMetrics.Counter<NoLabels>("joules_total", "Energy.").floatingHandle(factory: factory).increment(by: 0.5)
        FloatingPointCounter(label: "joules", factory: factory).increment(by: 0.25)
        #expect(try point("joules_total") == .double(0.75))
        #expect(writer.droppedSeries == 0)
    }

    @Test func `the same request gets the same handler, in another order another handler of the same series`() throws {
        let factory = SegmentMetricsFactory(writer: writer)
        let first = factory.makeCounter(label: "a", dimensions: [("x", "1"), ("y", "2")])
        #expect(factory.makeCounter(label: "a", dimensions: [("x", "1"), ("y", "2")]) === first)
        factory.destroyCounter(first)
        let turned = factory.makeCounter(label: "a", dimensions: [("y", "2"), ("x", "1")])
        first.increment(by: 1)
        turned.increment(by: 2)
        #expect(try point("a_total") == .integer(3))
        #expect(factory.makeTimer(label: "t", dimensions: []) === factory.makeTimer(label: "t", dimensions: []))
        #expect(factory.makeMeter(label: "m", dimensions: []) === factory.makeMeter(label: "m", dimensions: []))
        for aggregate in [true, false] {
            let label = "r\(aggregate)"
            #expect(
                factory.makeRecorder(label: label, dimensions: [], aggregate: aggregate)
                    === factory.makeRecorder(label: label, dimensions: [], aggregate: aggregate))
        }
        #expect(
            factory.makeFloatingPointCounter(label: "f", dimensions: [])
                === factory.makeFloatingPointCounter(label: "f", dimensions: []))
    }

    @Test func `a counter that is reset begins anew`() throws {
        let factory = SegmentMetricsFactory(writer: writer)
        let counter = CoreMetrics.Counter(label: "a", factory: factory)
        counter.increment(by: Int64.max)
        counter.reset()
        counter.increment(by: 2)
        #expect(try point("a_total") == .integer(2))
    }

    @Test func `labels and numbers that no metric should have end nothing`() throws {
        let factory = SegmentMetricsFactory(
            writer: writer,
            options: [MetricOptions(prefix: "odd", recordAs: .histogram(buckets: [.nan, 2, 1]), unit: "é \n", help: "")])
        let dimensions = [("", ""), ("le", "1"), ("service", "x"), ("a b", "\u{0}\n"), ("a b", "2")]
        for label in ["", "_total", "_seconds", "1", "é", "\n", String(repeating: "x", count: 10_000), "odd"] {
            let counter = CoreMetrics.Counter(label: label, dimensions: dimensions, factory: factory)
            for amount in [Int64.min, -1, .max, .max] { counter.increment(by: amount) }
            let fractions = FloatingPointCounter(label: label + "f", dimensions: dimensions, factory: factory)
            for amount in [-Double.infinity, .greatestFiniteMagnitude, .greatestFiniteMagnitude, .nan] {
                fractions.increment(by: amount)
            }
            let meter = Meter(label: label + "m", dimensions: dimensions, factory: factory)
            for value in [Double.nan, .infinity, .signalingNaN] {
                meter.set(value)
                meter.increment(by: value)
            }
            for aggregate in [true, false] {
                let recorder = Recorder(
                    label: label + "r\(aggregate)", dimensions: dimensions, aggregate: aggregate, factory: factory)
                for value in [Double.nan, -.infinity, .greatestFiniteMagnitude] { recorder.record(value) }
                recorder.record(Int64.min)
            }
            CoreMetrics.Timer(label: label, dimensions: dimensions, factory: factory).recordSeconds(Int.max)
        }
        #expect(try contents().seriesCount > 30)
    }

    @Test func `a task's own factory gets what the task records`() async throws {
        let writer = writer
        await withMetricsFactory(SegmentMetricsFactory(writer: writer)) {
            CoreMetrics.Counter(label: "scoped").increment(by: 4)
            await Task { Gauge<NoLabels>("level", "Level.").handle().set(2) }.value
        }
        #expect(try point("scoped_total") == .integer(4))
        #expect(try point("level") == .double(2))
        CoreMetrics.Counter(label: "outside").increment()
        #expect(try families()["outside_total"] == nil)
    }

    /// In a process of its own, as a process bootstraps once.
    @Test func `the bootstrapped factory gets what the process records`() async {
        await #expect(processExitsWith: .success) {
            let writer = try SegmentWriter()
            MetricsSystem.bootstrap(SegmentMetricsFactory(writer: writer))
            CoreMetrics.Counter(label: "everywhere").increment(by: 5)
            Summary<NoLabels>("size", "Size.").handle().record(1)
            let contents = try SegmentContents(descriptor: writer.descriptor)
            try contents.refresh()
            #expect(contents.families.map(\.family.name) == ["everywhere_total", "size"])
            #expect(contents.integer(contents.families[0].series[0].cells) == 5)
        }
    }
}
