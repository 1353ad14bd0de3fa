import ApusMetrics
import Testing

private struct PathLabels: LabelSet {
    enum Key: String, LabelKey { case path, method }
    var path = ""
    var method = ""
    subscript(key: Key) -> String {
        switch key {
        case .path: path
        case .method: method
        }
    }
}

@Suite struct TextEncoderTests {
    @Test func `an exposition is written to the letter`() {
        var encoder = TextEncoder()
        encoder.family(
            Counter<PathLabels>("requests_total", "Requests with a \\ and a\nnewline."),
            [(PathLabels(path: "/\"a\"", method: "GET"), 3), (PathLabels(path: "/b"), 0.5)], target: [("service", "api")])
        encoder.family(Gauge<NoLabels>("temperature_celsius", "Of the room."), -.infinity)
        encoder.family(Gauge<PathLabels>("nothing", "Has no sample."), [])
        #expect(
            String(decoding: encoder.bytes, as: UTF8.self) == """
                # HELP requests_total Requests with a \\\\ and a\\nnewline.
                # TYPE requests_total counter
                requests_total{service="api",path="/\\"a\\"",method="GET"} 3
                requests_total{service="api",path="/b"} 0.5
                # HELP temperature_celsius Of the room.
                # TYPE temperature_celsius gauge
                temperature_celsius -Inf

                """)
    }

    @Test func `an empty label value is an absent label`() {
        #expect(PathLabels(path: "", method: "PUT").pairs.map(\.0) == ["method"])
        #expect(PathLabels.labelNames == ["path", "method"])
        #expect(NoLabels.labelNames.isEmpty)
    }

    @Test func `a whole number of 64 bits is written without rounding`() {
        var encoder = TextEncoder()
        encoder.sample(prefix: TextEncoder.prefix("a_total", labels: []), UInt64.max)
        #expect(String(decoding: encoder.bytes, as: UTF8.self) == "a_total 18446744073709551615\n")
    }
}
