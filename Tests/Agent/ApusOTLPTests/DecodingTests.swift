import ApusMetrics
import ApusOTLP
import Testing

@Suite struct `A body of OTLP` {
    static let faults: [([UInt8], String)] = [
        ([0x0A], "byte 1: the message ends within a number"), ([0x0A, 5, 0], "byte 1: a field has 5 bytes, and 1 are left"),
        ([0x0A, 3, 0x0A, 9, 0], "byte 3: a field has 9 bytes, and 1 are left"), ([0], "byte 0: no field has the number 0"),
        ([0x0E], "byte 0: no wire type is 6"), ([0x0B, 0x08, 1], "byte 1: a group does not end"),
        ([0x08] + [UInt8](repeating: 0xFF, count: 10), "byte 1: a number has more than 64 bits"),
        ([0x0B, 0x14], "byte 1: a group is too deep"), ([UInt8](repeating: 0x0B, count: 100), "a group is too deep"),
        ([0x0A, 8, 0x12, 6, 0x12, 4, 0x0A, 2, 0xC3, 0x28], "not UTF-8"),
    ]

    @Test(arguments: faults) func `is refused at the byte that is wrong`(body: [UInt8], reason: String) {
        do {
            _ = try OTLPRequest(protobuf: body, limits: ReportingSDK.limits)
            Issue.record("read: \(body)")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
        }
    }

    @Test func `has its unknown fields and groups passed over`() throws {
        // Field 15 of each wire type, and a group.
        let unknown: [UInt8] = [0x78, 1, 0x79, 0, 0, 0, 0, 0, 0, 0, 0, 0x7A, 1, 9, 0x7D, 0, 0, 0, 0, 0x7B, 0x78, 1, 0x7C]
        let body = unknown + [0x0A, UInt8(unknown.count)] + unknown
        #expect(try OTLPRequest(protobuf: body, limits: ReportingSDK.limits).resources == [OTLPResource()])
        #expect(try OTLPRequest(protobuf: [], limits: ReportingSDK.limits).resources.isEmpty)
        let json = #"{"a":{"b":[1]},"resourceMetrics":[{"x":null,"resource":null,"scopeMetrics":null}]}"#
        #expect(try OTLPRequest(json: Array(json.utf8), limits: ReportingSDK.limits).resources == [OTLPResource()])
    }

    @Test func `has at most so many elements, however small they are, and values of attributes only so deep`() {
        var limits = ReportingSDK.limits
        limits.elements = 1000
        let many = [UInt8]((0..<1001).flatMap { _ in [0x0A, 0] as [UInt8] })
        #expect(throws: OTLPError.self) { try OTLPRequest(protobuf: many, limits: limits) }
        limits.jsonValues = 1000
        let values = "{\"x\":[" + String(repeating: "1,", count: 1000) + "1]}"
        #expect(throws: OTLPError.self) { try OTLPRequest(json: Array(values.utf8), limits: limits) }
        // An array within an array, forty times.
        var value: [UInt8] = []
        for _ in 0..<40 { value = Self.delimited(5, Self.delimited(1, value)) }
        let attribute = Self.delimited(1, Self.delimited(2, value))
        let body = Self.delimited(1, Self.delimited(1, attribute))
        #expect(throws: OTLPError.self) { try OTLPRequest(protobuf: body, limits: limits) }
    }

    private static func delimited(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length =
            content.count < 128 ? [UInt8(content.count)] : [UInt8(content.count & 127) | 128, UInt8(content.count >> 7)]
        return [field << 3 | 2] + length + content
    }

    static let texts: [(String, String)] = [
        ("[]", "line 1, column 1: an array stands where a request"),
        ("{\"resourceMetrics\":{}}", "column 20: resourceMetrics is an object"),
        ("{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":1}]}]}]}", "name is a number"),
        ("{\"resource_metrics\":[]}", "column 2: resource_metrics is called resourceMetrics in OTLP's JSON"),
        (
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"a\",\"sum\":{\"data_points\":[]}}]}]}]}",
            "column 69: data_points is called dataPoints"
        ),
        ("{", "line 1, column 2"),
        (
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\n\"gauge\":{\"dataPoints\":[{\"timeUnixNano\":\"-1\"}]}}]}]}]}",
            "line 2"
        ),
        (
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"exemplars\":[{\"traceId\":\"xy\"}]}]}}]}]}]}",
            "hexadecimal"
        ),
        (
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"asInt\":1.5}]}}]}]}]}",
            "asInt is a number"
        ),
        (
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"asInt\":9223372036854775808}]}}]}]}]}",
            "asInt is a number that cannot be read as a whole number of 64 bits"
        ),
        (
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"asDouble\":\"1\\u00002\"}]}}]}]}]}",
            "asDouble is a string that cannot be read as a number"
        ),
    ]

    @Test(arguments: texts) func `in JSON is refused at the place that is wrong`(text: String, reason: String) {
        do {
            _ = try OTLPRequest(json: Array(text.utf8), limits: ReportingSDK.limits)
            Issue.record("read: \(text)")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
        }
    }

    /// protobuf's JSON has them as strings, and takes bare numbers too, which a double would round.
    @Test(arguments: [
        9_007_199_254_740_993, 4_611_686_018_427_387_905, -9_223_372_036_854_775_807, Int64.max, Int64.min, 0, -1, 1000,
    ])
    func `has whole numbers with all of their digits, bare or as strings`(value: Int64) throws {
        for text in ["\(value)", "\"\(value)\""] {
            let body =
                "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"asInt\":\(text)}]}}]}]}]}"
            let request = try OTLPRequest(json: Array(body.utf8), limits: ReportingSDK.limits)
            guard case .gauge(let points) = request.resources[0].scopes[0].metrics[0].data else {
                Issue.record("no gauge")
                continue
            }
            #expect(points.map(\.value) == [.integer(value)])
        }
        let body =
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"asInt\":1.5e1}]}}]}]}]}"
        guard
            case .gauge(let points) = try OTLPRequest(json: Array(body.utf8), limits: ReportingSDK.limits)
                .resources[0].scopes[0].metrics[0].data
        else {
            Issue.record("no gauge")
            return
        }
        #expect(points.map(\.value) == [.integer(15)])
    }

    @Test func `has attributes of every type as texts`() throws {
        let value = #"""
            {"kvlistValue":{"values":[{"key":"a\"","value":{"arrayValue":{"values":[{"intValue":"5"},{"boolValue":true},
            {"doubleValue":1.5},{"stringValue":"x\n"},{"bytesValue":"aGk="},{}]}}}]}}
            """#
        let text =
            "{\"resourceMetrics\":[{\"resource\":{\"attributes\":[{\"key\":\"k\",\"value\":\(value)},{\"key\":\"n\"}]}}]}"
        let request = try OTLPRequest(json: Array(text.utf8), limits: ReportingSDK.limits)
        #expect(
            request.resources[0].attributes == [
                OTLPAttribute(key: "k", value: #"{"a\"":[5,true,1.5,"x\n","aGk=",null]}"#), OTLPAttribute(key: "n", value: ""),
            ])
        // The same as protobuf: bytes of a list with a number, a negative one, a double, bytes.
        let list = Self.delimited(
            5,
            Self.delimited(1, [0x18, 5]) + Self.delimited(1, [0x10, 1])
                + Self.delimited(1, [0x21, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
                + Self.delimited(1, Self.delimited(7, Array("hi".utf8))))
        let attribute = Self.delimited(1, Self.delimited(1, Array("k".utf8)) + Self.delimited(2, list))
        let binary = try OTLPRequest(protobuf: Self.delimited(1, Self.delimited(1, attribute)), limits: ReportingSDK.limits)
        #expect(binary.resources[0].attributes == [OTLPAttribute(key: "k", value: #"[5,true,1.5,"aGk="]"#)])
    }

    static let names: [(metric: String, unit: String, counter: Bool, gauge: Bool, name: String, word: String?)] = [
        ("http.server.duration", "ms", false, false, "http_server_duration_milliseconds", "milliseconds"),
        ("requests", "", true, false, "requests_total", nil), ("io.total", "By", true, false, "io_bytes_total", "bytes"),
        ("system.io.bytes", "By", true, false, "system_io_bytes_total", "bytes"),
        ("used", "1", false, true, "used_ratio", "ratio"),
        ("used", "1", false, false, "used", nil), ("rate", "By/s", false, true, "rate_bytes_per_second", "bytes_per_second"),
        ("p", "{packet}/s", false, true, "p_per_second", "per_second"), ("n", "{item}", false, true, "n", nil),
        ("x", "widgets", false, true, "x_widgets", "widgets"), ("9.lives", "", false, true, "_9_lives", nil),
        ("(lambda).function..executions(#)", "", false, true, "lambda_function_executions", nil),
        ("é", "", false, true, "", nil),
        ("items", "10*3", false, true, "items_10_3", "10_3"), ("x", "foo bar", false, true, "x_foo_bar", "foo_bar"),
        ("x", " By / s ", false, true, "x_bytes_per_second", "bytes_per_second"),
        ("x", "1/10*3", false, true, "x_per_10_3", "per_10_3"), ("x", "_a__b_", true, false, "x_a_b_total", "a_b"),
        ("x", "@#$", false, true, "x", nil), ("9", "10*3", false, true, "_9_10_3", "10_3"),
        ("a:b", "%", false, true, "a:b_percent", "percent"), ("bytes", "By", false, true, "bytes", "bytes"),
    ]

    @Test(arguments: names) func `has names and units by the rules of compatibility`(
        rule: (metric: String, unit: String, counter: Bool, gauge: Bool, name: String, word: String?)
    ) throws {
        let kind = rule.gauge ? "gauge" : "sum"
        let data = "\"isMonotonic\":\(rule.counter),\"aggregationTemporality\":2,\"dataPoints\":[{\"asInt\":1}]"
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        let request = try LedgerTests.request("{\"name\":\"\(rule.metric)\",\"unit\":\"\(rule.unit)\",\"\(kind)\":{\(data)}}")
        _ = ledger.take(request, at: 0)
        let families = ledger.report(of: LedgerTests.identity)?.families ?? []
        #expect(families.map(\.name) == (rule.name.isEmpty ? [] : [rule.name]))
        #expect(families.first?.unit == (rule.name.isEmpty ? nil : rule.word))
    }

    @Test func `is answered in its encoding, with what was not taken`() throws {
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        let good = ledger.take(try LedgerTests.request(LedgerTests.sum(1, from: 1, to: 2, delta: true)), at: 0)
        #expect(OTLPAnswer.response(good, as: .protobuf) == [] && OTLPAnswer.response(good, as: .json) == Array("{}".utf8))
        let bad = ledger.take(try LedgerTests.request(#"{"name":"x","gauge":{"dataPoints":[{}]}}"#), at: 0)
        let reason = Array("a point has no value".utf8)
        #expect(
            OTLPAnswer.response(bad, as: .protobuf)
                == [0x0A, UInt8(reason.count + 4), 0x08, 1, 0x12, UInt8(reason.count)] + reason)
        #expect(
            String(decoding: OTLPAnswer.response(bad, as: .json), as: UTF8.self)
                == #"{"partialSuccess":{"rejectedDataPoints":"1","errorMessage":"a point has no value"}}"#)
        #expect(OTLPAnswer.status("a\n\"", as: .protobuf) == [0x12, 3] + Array("a\n\"".utf8))
        #expect(String(decoding: OTLPAnswer.status("a\n\"\u{1}", as: .json), as: UTF8.self) == #"{"message":"a\n\"\u0001"}"#)
        #expect(OTLPAnswer.Encoding(contentType: "Application/JSON; charset=utf-8") == .json)
        #expect(OTLPAnswer.Encoding(contentType: "application/x-protobuf")?.contentType == "application/x-protobuf")
        #expect(OTLPAnswer.Encoding(contentType: "text/plain") == nil)
    }
}
