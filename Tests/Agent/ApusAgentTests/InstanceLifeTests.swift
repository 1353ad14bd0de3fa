import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusSegment
import Testing

private let worker = #"service="worker",instance="worker-1""#

/// Instances and their table over captured files, with a clock of the test's own.
@Suite struct InstanceLifeTests {
    private static let claimed = MetricFamily(name: "claimed_total", kind: .counter, help: "Claimed.")

    @Test func `an instance is awaited, lives and ends, and its counters outlive it`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        host.table.expect([FixtureHost.worker], at: host.time.now)
        #expect(exposition.samples.filter { $0.key.contains(worker) } == ["apus_service_up{\(worker)}": "0"])
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            writer.series(Self.claimed, labels: [], form: .integer).add(UInt64(7))
            writer.series(Contract.databaseConnections.family, labels: [], form: .double).set(3)
        }
        #expect(instance.look(at: host.time.now).pid == 4711)
        var samples = exposition.samples
        #expect(samples["apus_service_up{\(worker)}"] == "1")
        #expect(samples["service_process_cpu_seconds_total{\(worker),mode=\"user\"}"] == "12.83")
        #expect(samples["service_process_cpu_seconds_total{\(worker),mode=\"system\"}"] == "0.74")
        #expect(samples["claimed_total{\(worker)}"] == "7")
        #expect(samples["database_connections_total{\(worker)}"] == "3")
        try host.end(4711)
        host.time.pass(.seconds(1))
        samples = exposition.samples
        #expect(samples["apus_service_up{\(worker)}"] == "0")
        #expect(samples["claimed_total{\(worker)}"] == "7")
        #expect(samples["apus_service_series_dropped_total{\(worker)}"] == "0")
        #expect(!samples.keys.contains { $0.hasPrefix("service_process_") || $0.hasPrefix("database_connections_total") })
        #expect(instance.look(at: host.time.now).pid == nil)
    }

    @Test func `what has ended is kept for the retention to the nanosecond, and what is expected for good`() throws {
        let host = try FixtureHost { $0.retention = .seconds(300) }
        host.table.expect([FixtureHost.worker], at: host.time.now)
        for (identity, pid) in [(FixtureHost.worker, 4711 as Int32), (FixtureHost.api, 4712)] {
            try host.report(identity, pid: pid, connection: Int(pid)).detach(connection: Int(pid), at: host.time.now)
        }
        host.time.pass(.seconds(300))
        host.table.tick(at: host.time.now)
        #expect(host.table.instances.map(\.identity) == [FixtureHost.api, FixtureHost.worker])
        host.time.pass(.nanoseconds(1))
        host.table.tick(at: host.time.now)
        #expect(host.table.instances.map(\.identity) == [FixtureHost.worker])
    }

    @Test func `the end of an older connection changes nothing`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 2)
        instance.detach(connection: 1, at: host.time.now)
        #expect(instance.look(at: host.time.now).isUp)
        instance.detach(connection: 2, at: host.time.now)
        #expect(!instance.look(at: host.time.now).isUp)
    }

    @Test func `a name is one living process's alone`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let refusal = #expect(throws: Refusal.self) { try host.report(FixtureHost.worker, pid: 4712, connection: 2) }
        #expect(refusal?.message.contains("4711") == true)
        try host.end(4711)
        try host.report(FixtureHost.worker, pid: 4712, connection: 3)
        #expect(host.table.instances[0].look(at: host.time.now).pid == 4712)
    }

    @Test func `the peak of memory is of two turns of the sampling loop, and a scrape between them counts too`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        func peak() -> Double? {
            exposition.samples["service_process_resident_memory_window_peak_bytes{\(worker)}"].flatMap { Double($0) }
        }
        let (high, low) = (5211.0 * 4096, 4902.0 * 4096)
        try host.goOn()
        for expected in [high, high, low] {
            host.time.pass(.seconds(15))
            #expect(peak() == expected)
            host.table.tick(at: host.time.now)
        }
    }

    @Test func `a process that is silent for longer than the threshold hangs, unless the agent was paused`() throws {
        let host = try FixtureHost { $0.hungAfter = .seconds(5) }
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        func run(seconds: Int) {
            for _ in 0..<seconds {
                host.time.pass(.seconds(1))
                host.table.turnHangs(at: host.time.now)
            }
        }
        run(seconds: 5)
        #expect(instance.look(at: host.time.now).hang == nil)
        run(seconds: 1)
        #expect(instance.look(at: host.time.now).hang == .silent(seconds: 6, state: UInt8(ascii: "S")))
        let other = try host.report(FixtureHost.api, pid: 4712, connection: 2)
        host.time.pass(.seconds(60))
        host.table.turnHangs(at: host.time.now)
        #expect(other.look(at: host.time.now).hang == nil)
        #expect(instance.look(at: host.time.now).hang != nil)
    }
}

extension Exposition {
    /// What is served: a sample's name and labels, and its value.
    var samples: [String: String] {
        var samples: [String: String] = [:]
        for line in String(decoding: render(), as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = String(line[line.index(after: space)...])
        }
        return samples
    }
}
