import AgentMetrics
import ApusMetrics
import ApusOTLP
import Testing

@Suite struct LedgerTests {
    /// A request in JSON with metrics of one scope.
    static func request(
        _ metrics: String, resource: String = attributes(["service.name": "s"]), scope: String = ""
    ) throws -> OTLPRequest {
        let text = """
            {"resourceMetrics":[{"resource":{"attributes":[\(resource)]},
            "scopeMetrics":[{"scope":{"name":"\(scope)"},"metrics":[\(metrics)]}]}]}
            """
        return try OTLPRequest(json: Array(text.utf8), limits: ReportingSDK.limits)
    }

    static let identity = InstanceIdentity(service: "s", instance: "s")

    static func attributes(_ pairs: KeyValuePairs<String, String>) -> String {
        pairs.map { "{\"key\":\"\($0.key)\",\"value\":{\"stringValue\":\"\($0.value)\"}}" }.joined(separator: ",")
    }

    /// A monotonic sum with one point.
    static func sum(_ value: Int, from start: Int, to time: Int, delta: Bool, more: String = "", name: String = "hits")
        -> String
    {
        """
        {"name":"\(name)","sum":{"isMonotonic":true,"aggregationTemporality":\(delta ? 1 : 2),"dataPoints":[
        {"asInt":"\(value)","startTimeUnixNano":"\(start)000000000","timeUnixNano":"\(time)000000000"\(more)}]}}
        """
    }

    /// What is served of the one identity after some requests, and what was said of the last.
    private func take(
        _ metrics: [String], times: [UInt64]? = nil, limits: OTLPLimits = ReportingSDK.limits
    ) throws -> (families: [ReceivedFamily], last: OTLPLedger.Taken) {
        var ledger = OTLPLedger(limits: limits)
        var taken = OTLPLedger.Taken()
        for (index, metric) in metrics.enumerated() {
            taken = ledger.take(try Self.request(metric), at: times?[index] ?? UInt64(index))
        }
        return (taken.reports.values.first?.families ?? [], taken)
    }

    @Test func `adds deltas up, with the beginning of the first`() throws {
        let (families, _) = try take([
            Self.sum(3, from: 100, to: 110, delta: true), Self.sum(4, from: 110, to: 120, delta: true),
            Self.sum(5, from: 140, to: 150, delta: true),
        ])
        #expect(families.map(\.name) == ["hits_total"])
        #expect(families[0].series == [ReceivedSeries(labels: [], value: .integer(12), created: 100)])
    }

    @Test func `adds the deltas of one request up in whichever order they are`() throws {
        func point(_ value: Int, _ start: Int) -> String {
            "{\"asInt\":\"\(value)\",\"startTimeUnixNano\":\"\(start)000000000\",\"timeUnixNano\":\"\(start + 10)000000000\"}"
        }
        let all = [(1, 100), (2, 110), (3, 120)]
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let points = order.map { point(all[$0].0, all[$0].1) }.joined(separator: ",")
            let (families, taken) = try take([
                "{\"name\":\"hits\",\"sum\":{\"isMonotonic\":true,\"aggregationTemporality\":1,\"dataPoints\":[\(points)]}}"
            ])
            #expect(taken.rejectedPoints == 0)
            #expect(families.first?.series == [ReceivedSeries(labels: [], value: .integer(6), created: 100)])
        }
    }

    @Test func `counts what a process that ends reports beside the one that takes its place`() throws {
        let (families, _) = try take([
            Self.sum(3, from: 100, to: 110, delta: true), Self.sum(7, from: 108, to: 118, delta: true),
            Self.sum(20, from: 110, to: 120, delta: true),
        ])
        #expect(families[0].series.map(\.value) == [.integer(30)])
    }

    @Test(arguments: [true, false])
    func `goes on when a clock was set back, or one point was ahead of it`(isDelta: Bool) throws {
        let (families, last) = try take([
            Self.sum(3, from: 4000, to: 4010, delta: isDelta), Self.sum(4, from: 400, to: 410, delta: isDelta),
            Self.sum(5, from: isDelta ? 410 : 400, to: 420, delta: isDelta),
        ])
        #expect(families[0].series.map(\.value) == [.integer(isDelta ? 12 : 5)])
        #expect(last.rejectedPoints == 0)
    }

    private static func gauge(_ values: [String], flags: Int = 0, time: Int) -> String {
        let points = values.map {
            "{\"timeUnixNano\":\"\(time)000000000\",\"asInt\":\"1\",\"flags\":\(flags),\"attributes\":[\(attributes(["x": $0]))]}"
        }
        return "{\"name\":\"g\",\"gauge\":{\"dataPoints\":[\(points.joined(separator: ","))]}}"
    }

    @Test func `lets go of the series that have no value, and of no other`() throws {
        let (families, _) = try take([
            Self.gauge(["a", "b", "c", "d"], time: 1), Self.gauge(["a", "d"], flags: 1, time: 2),
            Self.gauge(["c", "e"], time: 3),
        ])
        let labels = families[0].series.map { String(decoding: $0.labels, as: UTF8.self) }
        #expect(labels == [#"x="b""#, #"x="c""#, #"x="e""#])
    }

    @Test func `has places for new scopes once old ones are silent, and none for those without a point`() throws {
        var limits = ReportingSDK.limits
        limits.received.series = 1000
        var ledger = OTLPLedger(limits: limits)
        let minute: UInt64 = 60_000_000_000
        for number in 0..<600 {
            let taken = ledger.take(try Self.request(Self.gauge(["a"], time: 1), scope: "s\(number)"), at: minute)
            #expect(taken.rejectedPoints == (number < 512 ? 0 : 1))
            _ = ledger.take(try Self.request("", scope: "empty \(number)"), at: minute)
        }
        _ = ledger.take(try Self.request(Self.gauge(["a"], time: 2), scope: "s1"), at: 5 * minute)
        _ = ledger.take(try Self.request(Self.gauge(["a"], time: 3), scope: "s1"), at: 7 * minute)
        let taken = ledger.take(try Self.request(Self.gauge(["a"], time: 4), scope: "new"), at: 7 * minute)
        #expect(taken.rejectedPoints == 0)
        let scopes = taken.reports.values.first?.families.first { $0.name == "otel_scope_info" }?.series.count
        #expect(scopes == 2)
    }

    @Test func `keeps no family of which no point was taken`() throws {
        let metric =
            #"{"name":"bad","sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"asDouble":"NaN"}]}}"#
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        _ = ledger.take(try Self.request(Self.gauge(["a"], time: 1)), at: 1)
        let before = ledger.byteCount
        let taken = ledger.take(try Self.request(metric), at: 2)
        #expect(taken.rejectedPoints == 1 && ledger.byteCount == before)
    }

    @Test func `without room goes on with what it has, and rejects what is new`() throws {
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        _ = ledger.take(try Self.request(Self.sum(1_000_000, from: 1, to: 2, delta: true)), at: 1)
        ledger.hold(atMost: ledger.byteCount)
        let taken = ledger.take(
            try Self.request("\(Self.sum(5, from: 2, to: 3, delta: true)),\(Self.gauge(["a"], time: 3))"), at: 2)
        let families = try #require(taken.reports.values.first?.families)
        #expect(families.first { $0.name == "hits_total" }?.series.map(\.value) == [.integer(1_000_005)])
        #expect(taken.rejectedPoints == 1 && !families.contains { $0.name == "g" })
    }

    @Test func `rejects a second series of one request that comes to the labels of the first`() throws {
        let points = ["a.b", "a-b"].map { key in
            "{\"startTimeUnixNano\":\"1\",\"timeUnixNano\":\"2\",\"asInt\":\"\(key.utf8.count + (key == "a.b" ? 500 : 3))\","
                + "\"attributes\":[\(Self.attributes([key: "1"]))]}"
        }
        let metric =
            "{\"name\":\"c\",\"sum\":{\"isMonotonic\":true,\"aggregationTemporality\":2,\"dataPoints\":[\(points.joined(separator: ","))]}}"
        let (families, last) = try take([metric])
        #expect(families[0].series.map(\.value) == [.integer(503)])
        #expect(last.rejectedPoints == 1 && last.reasons[0].contains("come to one series"))
    }

    @Test func `takes a last bound that is infinite for the bucket that each histogram ends with`() throws {
        let histogram =
            #"{"name":"d","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":3,"explicitBounds":[1,"Infinity"],"bucketCounts":["1","2","0"],"sum":2}]}}"#
        let (families, last) = try take([histogram])
        #expect(last.rejectedPoints == 0)
        #expect(
            families[0].series.map(\.value) == [.histogram(ReceivedHistogram(bounds: [1], cumulativeCounts: [1, 3], sum: 2))])
    }

    @Test(arguments: [(100, 110), (95, 105), (90, 110)])
    func `does not count a delta twice that is sent again or comes late`(start: Int, time: Int) throws {
        let (families, last) = try take([
            Self.sum(3, from: 100, to: 110, delta: true), Self.sum(3, from: start, to: time, delta: true),
        ])
        #expect(families[0].series.map(\.value) == [.integer(3)])
        #expect(last.rejectedPoints == 1 && last.reasons.count == 1)
    }

    @Test func `shows a cumulative count that begins anew with its new beginning, and takes none that is older`() throws {
        let (families, last) = try take([
            Self.sum(90, from: 100, to: 110, delta: false), Self.sum(2, from: 200, to: 210, delta: false),
            Self.sum(91, from: 100, to: 120, delta: false),
        ])
        #expect(families[0].series == [ReceivedSeries(labels: [], value: .integer(2), created: 200)])
        #expect(last.rejectedPoints == 1)
    }

    @Test func `lets go of a series without a recorded value at once, and of one that is silent for five minutes`() throws {
        let gone = Self.sum(0, from: 100, to: 120, delta: false, more: ",\"flags\":1")
        let (families, last) = try take([Self.sum(1, from: 100, to: 110, delta: false), gone])
        #expect(families.isEmpty && last.rejectedPoints == 0)
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        let minute: UInt64 = 60_000_000_000
        _ = ledger.take(try Self.request(Self.sum(1, from: 1, to: 2, delta: false)), at: minute)
        _ = ledger.take(try Self.request(Self.sum(1, from: 1, to: 2, delta: false, name: "b")), at: 4 * minute)
        #expect(ledger.expire(at: 6 * minute).isEmpty)
        #expect(ledger.expire(at: 7 * minute)[Self.identity]?.families.map(\.name) == ["b_total"])
        #expect(ledger.expire(at: 10 * minute)[Self.identity]?.families.isEmpty == true)
        #expect(ledger.report(of: Self.identity) == nil && ledger.byteCount == 0)
    }

    @Test func `has the scope in labels where two have recorded a metric of one name, and only there`() throws {
        let gauge = #"{"name":"g","gauge":{"dataPoints":[{"asInt":1,"timeUnixNano":"5"}]}}"#
        let other = #"{"name":"h","gauge":{"dataPoints":[{"asDouble":"NaN"}]}}"#
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        _ = ledger.take(try Self.request("\(gauge),\(other)", scope: "one"), at: 0)
        let taken = ledger.take(try Self.request(gauge, scope: "two"), at: 1)
        let families = try #require(taken.reports.values.first?.families)
        let labels = families.map { $0.series.map { String(decoding: $0.labels, as: UTF8.self) } }
        #expect(families.map(\.name) == ["g", "h", "otel_scope_info"])
        let scopes = [#"otel_scope_name="one""#, #"otel_scope_name="two""#]
        #expect(labels == [scopes, [""], scopes])
    }

    static let clashes: [(String, String, String)] = [
        (#"{"name":"hits","sum":{"aggregationTemporality":2,"dataPoints":[{"asInt":1}]}}"#, "hits", ""),
        (#"{"name":"hits_total","gauge":{"dataPoints":[{"asInt":1}]}}"#, "", "already"),
        (#"{"name":"d.count","gauge":{"dataPoints":[{"asInt":1}]}}"#, "", "d_count"),
        (#"{"name":"target.info","gauge":{"dataPoints":[{"asInt":1}]}}"#, "", "target_info"),
        (#"{"name":"d..a","gauge":{"dataPoints":[{"asInt":1}]}}"#, "d_a", ""),
        (#"{"name":"--","gauge":{"dataPoints":[{"asInt":1}]}}"#, "", "no letter"),
        (#"{"name":"hits","sum":{"isMonotonic":true,"dataPoints":[{"asInt":1}]}}"#, "", "temporality"),
    ]

    @Test(arguments: clashes)
    func `keeps the first of two metrics that come to one name and differ`(metric: String, name: String, reason: String) throws
    {
        let histogram =
            #"{"name":"d","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":1,"bucketCounts":["1"],"sum":2}]}}"#
        let (families, last) = try take([Self.sum(1, from: 1, to: 2, delta: false), histogram, metric])
        #expect(families.contains { $0.name == "hits_total" } && families.contains { $0.name == "d" })
        #expect(families.contains { $0.name == name } == !name.isEmpty)
        #expect(last.reasons.joined().contains(reason) && (last.rejectedPoints == 0) == reason.isEmpty, "\(last.reasons)")
        if name == "hits" { #expect(families.first { $0.name == "hits_total" }?.isUntypedInOpenMetrics == true) }
    }

    @Test func `rejects the points of a second metric that comes to the series of the first`() throws {
        let one = #"{"name":"a.b","gauge":{"dataPoints":[{"asInt":1}]}}"#
        let (families, last) = try take([one, one.replacing("a.b", with: "a_b")])
        #expect(families.map(\.name) == ["a_b"] && last.rejectedPoints == 1)
    }

    @Test func `joins attributes that come to one label, and renames those of targets`() throws {
        let attributes = Self.attributes(["a.b": "2", "a-b": "1", "instance": "x", "1st": "y", "e": ""])
        let (families, _) = try take([Self.sum(1, from: 1, to: 2, delta: false, more: ",\"attributes\":[\(attributes)]")])
        #expect(String(decoding: families[0].series[0].labels, as: UTF8.self) == #"_1st="y",a_b="1;2",exported_instance="x""#)
    }

    @Test func `has the exemplar of a trace with a counter, and the largest of each bucket of a histogram`() throws {
        let exemplars =
            #"{"asDouble":0.5,"timeUnixNano":"2500000000","traceId":"0AF7","spanId":"b7","filteredAttributes":[\#(Self.attributes(["user": "u"]))]}"#
        let larger = #"{"asInt":"1","timeUnixNano":"1000000000","traceId":"ff"}"#
        let histogram = """
            {"name":"d","unit":"s","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"3","sum":2,
            "bucketCounts":["2","1"],"explicitBounds":[1],"exemplars":[\(exemplars),\(larger)]}]}}
            """
        let sum = Self.sum(1, from: 1, to: 2, delta: false, more: ",\"exemplars\":[\(larger),\(exemplars)]")
        let (families, last) = try take(["\(histogram),\(sum)"])
        #expect(last.rejectedPoints == 0, "\(last.reasons)")
        let one = Exemplar(labels: Array(#"span_id="b7",trace_id="0af7",user="u""#.utf8), value: 0.5, timestamp: 2.5)
        let other = Exemplar(labels: Array(#"trace_id="ff""#.utf8), value: 1, timestamp: 1)
        #expect(families.map(\.name) == ["d_seconds", "hits_total"])
        #expect(families[0].series[0].exemplars == [other, nil])
        #expect(families[1].series[0].exemplars == [one])
    }

    static let unsound = [
        #""exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"scale":-5}]}"#,
        #""exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"scale":0,"count":1}]}"#,
        #""exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"scale":0,"count":1,"positive":{"offset":1025,"bucketCounts":[1]}}]}"#,
        #""histogram":{"aggregationTemporality":2,"dataPoints":[{"count":1,"bucketCounts":[1],"explicitBounds":[1]}]}"#,
        #""histogram":{"aggregationTemporality":2,"dataPoints":[{"count":2,"bucketCounts":[1,0],"explicitBounds":[1]}]}"#,
        #""histogram":{"aggregationTemporality":2,"dataPoints":[{"count":0,"bucketCounts":[0,0,0],"explicitBounds":[1,1]}]}"#,
        #""sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"asInt":-1}]}"#,
        #""sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"asDouble":"NaN"}]}"#,
        // Prometheus reads the count of a bucket with a sign, and drops the whole scrape.
        #""exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"count":"9223372036854775808","positive":{"bucketCounts":["9223372036854775808"]}}]}"#,
        #""exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{"count":"9223372036854775808","negative":{"bucketCounts":["9223372036854775807",1]}}]}"#,
        #""gauge":{"dataPoints":[{}]}"#, #""summary":{"dataPoints":[{"quantileValues":[{"quantile":2}]}]}"#,
    ]

    @Test(arguments: unsound) func `rejects a point that contradicts itself`(data: String) throws {
        let (families, last) = try take(["{\"name\":\"x\",\(data)}"])
        #expect(families.isEmpty && last.rejectedPoints == 1 && last.reasons.count == 1)
    }

    @Test func `serves exponential histograms of any scale, added at the coarser one, and summaries`() throws {
        func histogram(_ scale: Int, _ offset: Int, from start: Int) -> String {
            """
            {"name":"e","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"scale":\(scale),"count":"4","zeroCount":"1",
            "sum":10,"positive":{"offset":\(offset),"bucketCounts":["1","2"]},"startTimeUnixNano":"\(start)","timeUnixNano":"\(start + 5)"}]}}
            """
        }
        let summary =
            #",{"name":"q","summary":{"dataPoints":[{"count":"2","sum":3,"quantileValues":[{"quantile":0.5,"value":1}]}]}}"#
        let (families, _) = try take([histogram(1, 2, from: 5), histogram(0, 1, from: 10) + summary])
        // At scale 1, the buckets 2 and 3 lie in (2, 4], which is bucket 1 of scale 0; Prometheus' number is one more.
        let sum = try #require(
            ExponentialValue(
                schema: 0, zeroThreshold: 0, zeroCount: 2, positive: ExponentialBuckets(first: 2, counts: [4, 2]),
                negative: ExponentialBuckets(), sum: 20, mostBuckets: 160))
        #expect(families[0].series[0].value == .exponential(sum))
        #expect(
            families[1].series[0].value
                == .summary(ReceivedSummary(quantiles: [ReceivedQuantile(quantile: 0.5, value: 1)], count: 2, sum: 3)))
    }

    @Test func `deltas of an exponential histogram that come to more than Prometheus reads begin anew`() throws {
        func histogram(_ count: UInt64, from start: Int) -> String {
            """
            {"name":"e","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"count":"\(count)",
            "positive":{"bucketCounts":["\(count)"]},"startTimeUnixNano":"\(start)","timeUnixNano":"\(start + 5)"}]}}
            """
        }
        let (families, last) = try take([histogram(1 << 62, from: 5), histogram(1 << 62, from: 10)])
        guard case .exponential(let value) = families[0].series[0].value else {
            Issue.record("\(families)")
            return
        }
        #expect(value.count == 1 << 62 && last.rejectedPoints == 0)
        let (sums, _) = try take([histogram(1 << 62, from: 5), histogram(1 << 62 - 1, from: 10)])
        guard case .exponential(let sum) = sums[0].series[0].value else {
            Issue.record("\(sums)")
            return
        }
        #expect(sum.count == ExponentialValue.most)
    }

    @Test func `keeps no more series, bytes and identities than it may, and says so`() throws {
        var limits = ReportingSDK.limits
        limits.received.series = 3
        limits.identities = 2
        var ledger = OTLPLedger(limits: limits)
        func metric(_ count: Int) -> String {
            let points = (0..<count).map { #"{"asInt":1,"attributes":[\#(Self.attributes(["n": "\($0)"]))]}"# }
            return "{\"name\":\"g\",\"gauge\":{\"dataPoints\":[\(points.joined(separator: ","))]}}"
        }
        var taken = ledger.take(try Self.request(metric(5)), at: 0)
        #expect(taken.rejectedPoints == 2 && taken.reports.values.first?.seriesCount == 3)
        _ = ledger.take(try Self.request(metric(1), resource: Self.attributes(["service.name": "b"])), at: 0)
        taken = ledger.take(try Self.request(metric(1), resource: Self.attributes(["service.name": "c"])), at: 0)
        #expect(taken.rejectedPoints == 1 && taken.reports.isEmpty && taken.reasons[0].contains("2 services"))
        limits.bytes = 1000
        ledger = OTLPLedger(limits: limits)
        taken = ledger.take(try Self.request(metric(3)), at: 0)
        #expect(taken.rejectedPoints > 0 && taken.reasons[0].contains("memory"))
    }

    @Test(
        arguments: [
            ("", nil), (attributes(["service.name": ""]), nil), (attributes(["service.name": "a"]), "a/a"),
            (attributes(["service.name": "a/b,c", "service.namespace": "n", "service.instance.id": "x\\ny"]), "n.a_b_c/x_y"),
        ] as [(String, String?)])
    func `knows who reports by the resource`(resource: String, identity: String?) throws {
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        let taken = ledger.take(try Self.request(Self.sum(1, from: 1, to: 2, delta: true), resource: resource), at: 0)
        #expect(taken.reports.keys.first?.description == identity)
        #expect(identity != nil || taken.rejectedPoints == 1 && taken.reasons[0].contains("OTEL_SERVICE_NAME"))
    }
}
