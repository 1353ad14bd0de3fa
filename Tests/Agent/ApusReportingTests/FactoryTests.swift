import AgentMetrics
import ApusMetrics
import ApusReporting
import ApusSegment
import CoreMetrics
import SampleMetrics
import SegmentTesting
import Testing

/// What swift-metrics asks of a backend, read back through the segment as an agent would.
@Suite struct FactoryTests {
    private let writer: SegmentWriter
    private let factory: SegmentMetricsFactory

    init() throws {
        writer = try SegmentWriter()
        factory = SegmentMetricsFactory(writer: writer)
    }

    /// Families by name; each series' value by its labels.
    private func read() throws -> [String: [String: Double]] {
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        var values: [String: [String: Double]] = [:]
        for family in reader.families {
            for series in family.series {
                let labels = String(decoding: series.labels, as: UTF8.self)
                values[family.family.name, default: [:]][labels] =
                    series.cells.form == .histogram ? reader.sum(series.cells) : reader.value(series.cells)
            }
        }
        return values
    }

    @Test func `each kind of handle records under its name and with its unit`() throws {
        CoreMetrics.Counter(label: "jobs.done", dimensions: [("queue", "a")], factory: factory).increment(by: 3)
        FloatingPointCounter(label: "energy_joules_total", factory: factory).increment(by: 0.5)
        let meter = Meter(label: "depth", factory: factory)
        meter.set(7)
        meter.decrement(by: 2)
        Recorder(label: "size_bytes", factory: factory).record(512)
        CoreMetrics.Gauge(label: "temperature", factory: factory).record(21.5)
        CoreMetrics.Timer(label: "latency", factory: factory).recordNanoseconds(1_500_000_000)
        let values = try read()
        #expect(values["jobs_done_total"] == [#"queue="a""#: 3])
        #expect(values["energy_joules_total"] == ["": 0.5])
        #expect(values["depth"] == ["": 5])
        #expect(values["size_bytes"] == ["": 512])
        #expect(values["temperature"] == ["": 21.5])
        #expect(values["latency_seconds"] == ["": 1.5])
    }

    @Test func `a counter never falls, whatever is added`() throws {
        let counter = CoreMetrics.Counter(label: "a", factory: factory)
        counter.increment(by: 5)
        counter.increment(by: -3)
        let fractions = FloatingPointCounter(label: "b", factory: factory)
        for amount in [1.5, -1, .nan, .infinity] { fractions.increment(by: amount) }
        #expect(try read()["a_total"] == ["": 5])
        // swift-metrics keeps its own accumulation for counters without native fractions; ours are native.
        #expect(try read()["b_total"] == ["": 1.5])
    }

    @Test func `a short text that is kept as a long one is the same label, and the same value`() throws {
        // Its bytes lie in memory of their own, for as long as that was asked for.
        func kept(_ text: String) -> String {
            var long = String()
            long.reserveCapacity(200)
            long += text
            return long
        }
        for _ in 0..<2 {
            for (key, value) in [
                ("method", "GET"), (kept("method"), "GET"), ("method", kept("GET")), (kept("method"), kept("GET")),
            ] {
                CoreMetrics.Counter(label: "jobs", dimensions: [(key, value)], factory: factory).increment()
                CoreMetrics.Counter(label: kept("jobs"), dimensions: [(key, value)], factory: factory).increment()
            }
        }
        #expect(try read()["jobs_total"] == [#"method="GET""#: 16])
    }

    @Test func `the same label and dimensions are the same series, and one more after destroy`() throws {
        for _ in 0..<2 {
            let counter = CoreMetrics.Counter(label: "a", dimensions: [("x", "1"), ("y", "2")], factory: factory)
            counter.increment()
            counter.destroy()
        }
        CoreMetrics.Counter(label: "a", dimensions: [("y", "2"), ("x", "1")], factory: factory).increment()
        #expect(try read()["a_total"] == [#"x="1",y="2""#: 3])
    }

    @Test func `a clash of types stops nobody and is counted`() throws {
        CoreMetrics.Counter(label: "a_total", factory: factory).increment(by: 2)
        Meter(label: "a_total", factory: factory).set(99)
        CoreMetrics.Timer(label: "a_total", factory: factory).recordSeconds(1)
        Recorder(label: "a_total", factory: factory).record(4)
        #expect(try read()["a_total"] == ["": 2])
        #expect(writer.droppedSeries == 2)
    }

    @Test func `a declaration brings its help, its buckets and its labels`() throws {
        Notifications.delivered.handle(ChannelLabels(channel: .webhook), factory: factory).increment(by: 2)
        Notifications.pickupDelay.handle(factory: factory).record(0.3)
        Contract.databaseConnections.handle(factory: factory).set(4)
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        let families = Dictionary(uniqueKeysWithValues: reader.families.map { ($0.family.name, $0.family) })
        #expect(families["notification_pickup_delay_seconds"]?.buckets == Notifications.pickupDelay.family.buckets)
        #expect(families["notifications_delivered_total"]?.help == Notifications.delivered.family.help)
        #expect(try read()["notifications_delivered_total"] == [#"channel="log""#: 0, #"channel="webhook""#: 2])
        #expect(try read()["database_connections_total"] == ["": 4])
    }

    @Test func `a handle by label joins the declared family`() throws {
        Notifications.claimed.handle(factory: factory).increment()
        CoreMetrics.Counter(label: "notifications_claimed_total", factory: factory).increment()
        #expect(try read()["notifications_claimed_total"] == ["": 2])
    }

    @Test func `another backend gets the declaration's name and labels`() {
        let other = NOOPMetricsHandler.instance
        Notifications.delivered.handle(ChannelLabels(channel: .log), factory: other).increment()
        Contract.uptime.handle(factory: other).set(1)
        Notifications.attemptDuration.handle(ChannelLabels(channel: .log), factory: other).record(1)
        #expect(
            Notifications.delivered.handle(ChannelLabels(channel: .log), factory: other).label
                == "notifications_delivered_total")
    }
}
