import AgentMetrics
import ApusMetrics
import Testing

@Suite struct `The metric catalog` {
    @Test func `every family keeps the rules, and no name is there twice`() {
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

    @Test func `every family has one origin`() {
        let origins = [MetricOrigin.host, .instance, .group, .unit, .probe, .service].flatMap { MetricCatalog.families(of: $0) }
        #expect(origins.map(\.name).sorted() == MetricCatalog.families.map(\.name).sorted())
        let recorded = Set(MetricCatalog.families(of: .service).map(\.name))
        #expect(recorded.contains("service_process_heap_bytes") && recorded.contains("database_connections_total"))
        #expect(!recorded.contains("worker_heap_usage_bytes"))
    }

    @Test func `no two families claim one name, in any format`() {
        var owners: [String: String] = [:]
        for family in MetricCatalog.families {
            for name in family.claimedNames {
                #expect(owners[name] == nil, "\(family.name) and \(owners[name] ?? "") claim \(name)")
                owners[name] = family.name
            }
        }
    }

    @Test func `every family is read back from an exposition as it was declared`() throws {
        var encoder = TextEncoder()
        for family in MetricCatalog.families {
            let labels = LabelBytes.render([("service", "api")] + family.labelNames.map { ($0, "x") })
            encoder.begin(family)
            encoder.point(Point(labels: labels, value: try Self.value(of: family)), of: family)
        }
        let live = try ExpositionSummary(parsing: String(decoding: encoder.bytes, as: UTF8.self))
        #expect(
            CatalogComparison(declared: MetricCatalog.families, targetLabels: ["service"], live: live).differences == [])
    }

    @Test func `the label name is optional of all that a probe serves, and of nothing else`() {
        let probed = Set((MetricCatalog.families(of: .probe) + [Contract.databaseConnections.family]).map(\.name))
        #expect(probed.contains("apus_probe_up"))
        for family in MetricCatalog.families {
            #expect(
                MetricCatalog.optionalLabels(of: family) == (probed.contains(family.name) ? ["name"] : []), "\(family.name)")
            #expect(!probed.contains(family.name) || !family.labelNames.contains("name"), "\(family.name)")
        }
    }

    private static func value(of family: MetricFamily) throws -> PointValue {
        switch family.kind {
        case .counter, .gauge: .integer(1)
        case .info: .info
        case .stateSet: .stateSet(0)
        case .summary: .summary(count: 1, sum: 1)
        case .histogram: .histogram(counts: Array(repeating: 1, count: family.buckets.count + 1), sum: 1)
        case .nativeHistogram:
            try .nativeHistogram(
                NativeHistogramValue(
                    shape: #require(family.shape), zeroCount: 1,
                    counts: Array(repeating: 0, count: #require(family.shape).bucketCount), below: 0, above: 0, sum: 0))
        }
    }
}
