import ApusMetrics
import AgentMetrics
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

    @Test func `the catalog keeps the rules, and no name is there twice`() {
        for family in MetricCatalog.families { #expect(family.faults.isEmpty) }
        let names = MetricCatalog.families.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test func `the contract names of every service are served as they were written`() {
        let names = Set(MetricCatalog.families.map(\.name))
        for name in [
            "worker_cpu_usage_percent", "worker_memory_usage_bytes", "worker_heap_usage_bytes", "database_connections_total",
            "worker_uptime_seconds",
        ] {
            #expect(names.contains(name), "\(name)")
        }
    }

    @Test func `no two families of the catalog claim one name, in any format`() {
        var owners: [String: String] = [:]
        for family in MetricCatalog.families {
            for name in family.claimedNames {
                #expect(owners[name] == nil, "\(family.name) and \(owners[name] ?? "") claim \(name)")
                owners[name] = family.name
            }
        }
    }

    @Test(arguments: [("http.server.requests", "http_server_requests"), ("9lives", "_9lives"), ("", "_"), ("a:b é", "a:b___")])
    func `any label of swift-metrics becomes a legal name`(text: String, name: String) {
        #expect(MetricName.sanitized(text) == name)
        #expect(MetricName.isLegal(MetricName.sanitized(text)))
    }
}
