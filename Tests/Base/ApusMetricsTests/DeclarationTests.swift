import ApusMetrics
import Testing

@Suite struct DeclarationTests {
    @Test(arguments: [
        (MetricFamily(name: "9lives_total", kind: .counter, help: "x"), "not a legal metric name"),
        (MetricFamily(name: "requests", kind: .counter, help: "x"), "ends in _total"),
        (MetricFamily(name: "a", kind: .gauge, help: ""), "no help"),
        (MetricFamily(name: "a", kind: .gauge, help: "x", labelNames: ["instance"]), "belongs to the target"),
        (MetricFamily(name: "a", kind: .gauge, help: "x", labelNames: ["b-c"]), "illegal"),
        (MetricFamily(name: "a", kind: .gauge, help: "x", labelNames: ["b", "b"]), "twice"),
        (MetricFamily(name: "a", kind: .histogram, help: "x"), "needs buckets"),
        (MetricFamily(name: "a", kind: .histogram, help: "x", buckets: [1, 1]), "ascending"),
        (MetricFamily(name: "a", kind: .histogram, help: "x", buckets: [1, .infinity]), "finite"),
    ])
    func `a declaration that breaks a rule is told so`(family: MetricFamily, words: String) {
        #expect(family.faults.contains { $0.contains(words) }, "\(family.faults)")
    }

    @Test(arguments: [("http.server.requests", "http_server_requests"), ("9lives", "_9lives"), ("", "_"), ("a:b é", "a:b___")])
    func `any label of swift-metrics becomes a legal name`(text: String, name: String) {
        #expect(MetricName.sanitized(text) == name)
        #expect(MetricName.isLegal(MetricName.sanitized(text)))
    }
}
