import AgentMetrics
import ApusAgent
import ApusLimits
import ApusMetrics
import ApusSegment
import Testing

private let worker = #"service="worker",instance="worker-1""#
private let api = #"service="api",instance="api-1""#

/// Families that several instances report as different kinds.
@Suite struct FamilyDisputeTests {
    private static func family(_ name: String, _ kind: MetricKind) -> MetricFamily {
        MetricFamily(name: name, kind: kind, help: "x", buckets: kind == .histogram ? [1] : [])
    }

    private static func refused(_ labels: String, _ family: String, _ winner: String) -> String {
        "apus_service_family_refused{\(labels),family=\"\(family)\",winner=\"\(winner)\"}"
    }

    @Test func `of two that live the first has the name, whatever it is called, and the other is named`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) {
            $0.series(Self.family("x_total", .counter), labels: [], form: .integer).add(UInt64(3))
        }
        try host.report(FixtureHost.api, pid: 4712, connection: 2) {
            $0.series(Self.family("x_total", .gauge), labels: [], form: .double).set(5)
        }
        let samples = exposition.samples
        #expect(samples["x_total{\(worker)}"] == "3" && samples["x_total{\(api)}"] == nil)
        #expect(samples[Self.refused(api, "x_total", "worker/worker-1")] == "1")
        #expect(samples.keys.count { $0.hasPrefix("apus_service_family_refused") } == 1)
    }

    @Test func `the living has the name, and not the dead that came first`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.api, pid: 4712, connection: 1) {
            $0.series(Self.family("x_total", .counter), labels: [], form: .integer).add(UInt64(3))
        }
        .detach(connection: 1, at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4711, connection: 2) {
            $0.series(Self.family("x_total", .gauge), labels: [], form: .double).set(5)
        }
        let samples = exposition.samples
        #expect(samples["x_total{\(worker)}"] == "5" && samples["x_total{\(api)}"] == nil)
        #expect(samples[Self.refused(api, "x_total", "worker/worker-1")] == "1")
    }

    /// What a text says, as somebody reports it over HTTP.
    private static func receive(
        _ text: String, as format: ReceivedTextFormat = .text, of identity: InstanceIdentity, on host: FixtureHost,
        uid: UInt32 = 1000
    ) throws {
        try host.table.receive(
            ReceivedReport(text: Array(text.utf8), as: format, limits: .forTests), of: identity,
            from: ReportPeer(pid: 0, uid: uid), at: host.time.now)
    }

    @Test func `what is expected has the name, and not a stranger that came first`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        host.table.expect([FixtureHost.worker], at: host.time.now)
        try Self.receive("# TYPE x_total gauge\nx_total 5\n", of: FixtureHost.api, on: host, uid: 3000)
        try Self.receive("# TYPE x_total counter\nx_total 3\n", of: FixtureHost.worker, on: host)
        var samples = exposition.samples
        #expect(samples["x_total{\(worker)}"] == "3" && samples["x_total{\(api)}"] == nil)
        #expect(samples[Self.refused(api, "x_total", "worker/worker-1")] == "1")
        // Of two that are expected, the first has it.
        host.table.expect([FixtureHost.worker, FixtureHost.api], at: host.time.now)
        samples = exposition.samples
        #expect(samples["x_total{\(api)}"] == "5" && samples["x_total{\(worker)}"] == nil)
    }

    @Test func `a group of the file has the name, and not a stranger that came first`() throws {
        let host = try FixtureHost()
        try host.put(.init(pid: 4801, command: "shop"))
        let groups = try host.groups("groups: [{ service: worker, instance: worker-1, match: { command: shop } }]")
        let exposition = host.exposition(
            try host.host(), groups: GroupTable(groups, configuration: host.configuration, root: host.root))
        try Self.receive("# TYPE x_total gauge\nx_total 5\n", of: FixtureHost.api, on: host, uid: 3000)
        try Self.receive("# TYPE x_total counter\nx_total 3\n", of: FixtureHost.worker, on: host)
        let samples = exposition.samples
        #expect(samples["x_total{\(worker)}"] == "3" && samples["x_total{\(api)}"] == nil)
    }

    private static func text(_ exposition: Exposition, _ format: ExpositionFormat) -> String {
        String(decoding: exposition.render(format), as: UTF8.self)
    }

    @Test(arguments: [false, true])
    func `a gauge x and a counter x_total of two services are both served, in OpenMetrics the counter without a type`(
        isSegment: Bool
    ) throws {
        let host = try FixtureHost { $0.createdSeries = true }
        let exposition = host.exposition(try host.host())
        if isSegment {
            try host.report(FixtureHost.worker, pid: 4711, connection: 1) {
                $0.series(Self.family("x_total", .counter), labels: [], form: .integer).add(UInt64(3))
            }
            try host.report(FixtureHost.api, pid: 4712, connection: 2) {
                $0.series(Self.family("x", .gauge), labels: [], form: .double).set(5)
            }
        } else {
            let counter = "# TYPE x counter\nx_total 3 # {trace_id=\"a\"} 1 1\nx_created 1764000000\n# EOF\n"
            try Self.receive(counter, as: .openMetrics, of: FixtureHost.worker, on: host)
            try Self.receive("# TYPE x gauge\nx 5\n", of: FixtureHost.api, on: host)
        }
        let samples = exposition.samples
        #expect(samples["x_total{\(worker)}"] == "3" && samples["x{\(api)}"] == "5")
        #expect(!samples.keys.contains { $0.hasPrefix("apus_service_family_refused") })
        #expect(Self.text(exposition, .text004).contains("\n# TYPE x_total counter\n"))
        let strict = Self.text(exposition, .openMetrics100)
        #expect(strict.contains("\n# TYPE x gauge\n") && strict.contains("\n# TYPE x_total unknown\n"))
        #expect(strict.contains("\nx_total{\(worker)} 3\n") && strict.contains("\nx{\(api)} 5"))
        #expect(!strict.contains("\nx_created{"))
        #expect(Self.text(exposition, .openMetrics200).contains("\n# TYPE x_total counter\n"))
        // Alone it has its type again.
        if !isSegment {
            #expect(try host.table.stopReceiving(FixtureHost.api, from: ReportPeer(pid: 0, uid: 1000), at: host.time.now))
            let alone = Self.text(exposition, .openMetrics100)
            #expect(alone.contains("\n# TYPE x counter\n") && alone.contains("\nx_created{"))
            #expect(alone.contains("\nx_total{\(worker)} 3 # {trace_id=\"a\"} 1"))
        }
    }

    @Test func `an info x_info and a gauge x of two services are both served`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try Self.receive("# TYPE x info\nx_info{a=\"b\"} 1\n# EOF\n", as: .openMetrics, of: FixtureHost.worker, on: host)
        try Self.receive("# TYPE x gauge\nx 5\n", of: FixtureHost.api, on: host)
        let samples = exposition.samples
        #expect(samples["x_info{\(worker),a=\"b\"}"] == "1" && samples["x{\(api)}"] == "5")
        let strict = Self.text(exposition, .openMetrics100)
        #expect(strict.contains("\n# TYPE x gauge\n") && strict.contains("\n# TYPE x_info unknown\n"))
    }

    @Test func `no start times stand below a family that is served without a type, whoever reports it`() throws {
        let host = try FixtureHost { $0.createdSeries = true }
        let exposition = host.exposition(try host.host())
        let counter = "# TYPE m_c_total counter\nm_c_total 1\n# TYPE m_c_created gauge\nm_c_created 1764000000\n"
        try Self.receive("# TYPE m_c gauge\nm_c 2\n" + counter, of: FixtureHost.api, on: host)
        try Self.receive(counter, of: FixtureHost.worker, on: host)
        let strict = Self.text(exposition, .openMetrics100)
        #expect(strict.contains("\n# TYPE m_c_total unknown\n") && strict.contains("\nm_c_total{\(worker)} 1\n"))
        #expect(!strict.contains("m_c_created"))
    }

    @Test func `what of a page is not served is not among the samples that are`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let shop = InstanceIdentity(service: "shop", instance: "shop")
        host.table.expect([FixtureHost.worker, shop], at: host.time.now)
        host.table.scrape([shop])
        host.table.scrapes.note(shop) { outcome in
            outcome.isUp = true
            outcome.samples = 3
        }
        try Self.receive("# TYPE jobs_total counter\njobs_total 1\n", of: FixtureHost.worker, on: host)
        let page = Array("y 1\n# TYPE jobs_total gauge\njobs_total{a=\"1\"} 1\njobs_total{a=\"2\"} 1\n".utf8)
        try host.table.receive(
            scraped: ReceivedReport(text: page, as: .text, limits: .forTests), of: shop, at: host.time.now)
        let samples = exposition.samples
        #expect(samples[#"y{service="shop",instance="shop"}"#] == "1")
        #expect(samples[#"service_scrape_samples{service="shop",instance="shop"}"#] == "1")
    }

    @Test func `a declared family has the kind of its declaration, whoever came first`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let declared = Queue.depth.family
        try host.report(FixtureHost.api, pid: 4712, connection: 1) {
            $0.series(Self.family(declared.name, .histogram), labels: [], form: .histogram).observe(1)
        }
        #expect(exposition.samples[Self.refused(api, declared.name, "agent")] == "1")
        try host.report(FixtureHost.worker, pid: 4711, connection: 2) { $0.series(declared, labels: [], form: .double).set(5) }
        let samples = exposition.samples
        #expect(samples["\(declared.name){\(worker)}"] == "5")
        #expect(samples[Self.refused(api, declared.name, "worker/worker-1")] == "1")
    }

    @Test func `two families that dispute the name of a sample are told of like two of one name`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) {
            $0.series(Self.family("x", .histogram), labels: [], form: .histogram).observe(1)
        }
        try host.report(FixtureHost.api, pid: 4712, connection: 2) {
            $0.series(Self.family("x_count", .gauge), labels: [], form: .double).set(5)
        }
        let samples = exposition.samples
        #expect(samples["x_count{\(worker)}"] == "1" && samples["x_count{\(api)}"] == nil)
        #expect(samples[Self.refused(api, "x_count", "worker/worker-1")] == "1")
    }

    /// The lines that the log has of one user's hundred processes under hundred names, each of which disputes a name.
    private func lines(of uid: UInt32, on host: FixtureHost, _ exposition: Exposition) throws -> Int {
        func count() -> Int {
            host.log.lines("a reported family is not served: another one has its name or that of one of its samples").count
        }
        let before = count()
        for number in 0..<100 {
            let identity = InstanceIdentity(service: "stranger-\(uid)", instance: "\(number)")
            try host.report(identity, pid: 4712, uid: uid, connection: number + 10) { writer in
                writer.series(Self.family("x_total", .gauge), labels: [], form: .double).set(5)
            }
            _ = exposition.samples
            host.table.instances.first { $0.identity == identity }?.detach(connection: number + 10, at: host.time.now)
        }
        return count() - before
    }

    @Test func `who reports under ever new names writes a few lines, and another user's are written too`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) {
            $0.series(Self.family("x_total", .counter), labels: [], form: .integer).add(UInt64(3))
        }
        #expect(try lines(of: 2000, on: host, exposition) == ReportLimits.servingLines.value)
        #expect(try lines(of: 3000, on: host, exposition) == ReportLimits.servingLines.value)
    }

    @Test func `classic and native histograms of one name are both served, in protobuf as classic ones`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let native = MetricFamily(name: "x_seconds", kind: .nativeHistogram, help: "x", shape: .durations)
        try host.report(FixtureHost.api, pid: 4712, connection: 1) {
            $0.series(native, labels: [], form: .nativeHistogram).observeNative(0.5)
        }
        let alone = exposition.render(.protobuf)
        try host.report(FixtureHost.worker, pid: 4711, connection: 2) {
            $0.series(Self.family("x_seconds", .histogram), labels: [], form: .histogram).observe(0.5)
        }
        let samples = exposition.samples
        #expect(samples["x_seconds_count{\(api)}"] == "1" && samples["x_seconds_count{\(worker)}"] == "1")
        #expect(!samples.keys.contains { $0.hasPrefix("apus_service_family_refused") })
        // Field 5 of a histogram, the schema, with 3 in zigzag, and field 6, the zero threshold of 2^-20.
        let schema: [UInt8] = [0x28, 6, 0x31, 0, 0, 0, 0, 0, 0, 0xB0, 0x3E]
        #expect(Self.contains(alone, schema))
        #expect(!Self.contains(exposition.render(.protobuf), schema))
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.dropLast(part.count).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
