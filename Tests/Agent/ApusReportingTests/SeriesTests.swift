import ApusMetrics
import ApusReporting
import ApusSegment
import Foundation
import Logging
import Synchronization
import Testing
import SegmentTesting

/// Series made from declarations, without swift-metrics between, read back as an agent would.
@Suite struct SeriesTests {
    private enum Door: String, CaseIterable { case open, shut, ajar }

    private struct RoomLabels: LabelSet {
        enum Key: String, LabelKey { case room }
        let room: String
        subscript(key: Key) -> String { room }
    }

    private enum ChannelLabels: String, EnumerableLabels {
        case email, webhook, log
        enum Key: String, LabelKey { case channel }
        subscript(key: Key) -> String { rawValue }
    }

    private let reporter: Reporter
    private let log = Messages()

    init() throws {
        let log = log
        reporter = try Reporter(
            service: "shop", instance: "shop-1", socketPath: "/tmp/apus-none.sock", familySeriesLimit: 4,
            logger: Logger(label: "test") { _ in log })
    }

    /// Points by `name{labels}`, without those that every reporter has.
    private func points() throws -> [String: Point] {
        let contents = try SegmentContents(descriptor: reporter.writer.descriptor)
        try contents.refresh()
        var points: [String: Point] = [:]
        for family in contents.families where !family.family.name.hasPrefix("service_") {
            for series in family.series {
                points["\(family.family.name){\(String(decoding: series.labels, as: UTF8.self))}"] = Point(
                    labels: series.labels, value: contents.reader.point(series.cells, of: family.family),
                    exemplars: contents.reader.exemplars(series.cells))
            }
        }
        return points
    }

    @Test func `each kind of series records what it is told`() throws {
        Counter<NoLabels>("orders_total", "Orders.").series(in: reporter).increment(by: 3)
        let energy = Counter<NoLabels>("energy_joules_total", "Energy.").floatingSeries(in: reporter)
        for amount in [0.25, -1, .nan, .infinity, 0.5] { energy.increment(by: amount) }
        Gauge<RoomLabels>("warmth_celsius", "Warmth.").series(RoomLabels(room: "a"), in: reporter).set(-3.5)
        Histogram<NoLabels>("size", "Size.", buckets: [1, 2]).series(in: reporter).observe(2)
        let shape = try NativeShape(schema: 0, lowestExponent: 0, octaves: 2)
        NativeHistogram<NoLabels>("lag", "Lag.", shape: shape).series(in: reporter).observe(3)
        Summary<NoLabels>("wait", "Wait.").series(in: reporter).observe(1.5)
        let door = StateSet<Door, RoomLabels>("door", "Door.").series(RoomLabels(room: "a"), in: reporter)
        Info<RoomLabels>("build_info", "Build.").publish(RoomLabels(room: "1.0"), in: reporter)
        var points = try points()
        #expect(points["orders_total{}"]?.value == .integer(3))
        #expect(points["energy_joules_total{}"]?.value == .double(0.75))
        #expect(points[#"warmth_celsius{room="a"}"#]?.value == .double(-3.5))
        #expect(points["size{}"]?.value == .histogram(counts: [0, 1, 0], sum: 2))
        #expect(
            points["lag{}"]?.value
                == .nativeHistogram(.init(shape: shape, zeroCount: 0, counts: [0, 1], below: 0, above: 0, sum: 3)))
        #expect(points["wait{}"]?.value == .summary(count: 1, sum: 1.5))
        #expect(points[#"door{room="a"}"#]?.value == .stateSet(nil))
        #expect(points[#"build_info{room="1.0"}"#]?.value == .info)
        for (state, expected) in [(Door.ajar, 2), (.open, 0), (nil, nil)] as [(Door?, Int?)] {
            door.set(state)
            points = try self.points()
            #expect(points[#"door{room="a"}"#]?.value == .stateSet(expected))
        }
    }

    @Test func `labels that can be enumerated are all there as zero with the first series`() throws {
        Counter<ChannelLabels>("sent_total", "Sent.").series(.webhook, in: reporter).increment()
        let points = try points()
        #expect(points[#"sent_total{channel="webhook"}"#]?.value == .integer(1))
        for channel in ["email", "log"] { #expect(points["sent_total{channel=\"\(channel)\"}"]?.value == .integer(0)) }
        _ = Summary<ChannelLabels>("took", "Took.").handle(.log, factory: reporter.factory)
        #expect(try self.points().keys.filter { $0.hasPrefix("took") }.count == 3)
        // Facts that do not hold are not said.
        Info<ChannelLabels>("channel_info", "Channel.").publish(.email, in: reporter)
        #expect(try self.points().keys.filter { $0.hasPrefix("channel_info") }.count == 1)
    }

    @Test func `exemplars are kept where the declaration asks for them`() throws {
        let trace = [("trace_id", "abc")]
        let exemplar = Array(#"trace_id="abc""#.utf8)
        Counter<NoLabels>("a_total", "A.", exemplars: true).series(in: reporter).increment(by: 2, exemplar: trace)
        Counter<NoLabels>("b_total", "B.", exemplars: true).floatingSeries(in: reporter).increment(by: 0.5, exemplar: trace)
        Histogram<NoLabels>("h", "H.", buckets: [1], exemplars: true).series(in: reporter).observe(9, exemplar: trace)
        Counter<NoLabels>("c_total", "C.").series(in: reporter).increment(exemplar: trace)
        let points = try points()
        #expect(points["a_total{}"]?.exemplars.map { $0?.labels } == [exemplar])
        #expect(points["a_total{}"]?.exemplars.map { $0?.value } == [2])
        #expect(points["b_total{}"]?.exemplars.map { $0?.value } == [0.5])
        #expect(points["h{}"]?.exemplars.map { $0?.labels } == [nil, exemplar])
        #expect(points["c_total{}"]?.value == .integer(1))
        #expect(points["c_total{}"]?.exemplars == [])
    }

    @Test func `a family past its limit, and a clash of kinds, are named in the log once`() throws {
        let warmth = Gauge<RoomLabels>("warmth", "Warmth.")
        for number in 0..<50 { warmth.series(RoomLabels(room: "\(number)"), in: reporter).set(1) }
        for _ in 0..<5 { Counter<NoLabels>("warmth", "Warmth.").series(in: reporter).increment() }
        #expect(
            log.lines == [
                "the family warmth has reached its limit of 4 series: further label values are dropped",
                "warmth is recorded as a gauge and as a counter: the first one stays, the other is dropped",
            ])
        #expect(
            try points()[#"apus_service_family_series_dropped_total{family="warmth"}"#]?.value == .integer(46 + 5))
    }
}

/// Keeps what is logged.
private final class Messages: LogHandler {
    private let state = Mutex<[String]>([])
    var lines: [String] { state.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { state.withLock { $0.append("\(event.message)") } }
}
