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
