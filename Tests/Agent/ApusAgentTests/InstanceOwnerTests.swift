import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusSegment
import Foundation
import Glibc
import HostTesting
import Testing

private let worker = #"service="worker",instance="worker-1""#

/// Whose names and places are: a reporter speaks for itself alone.
@Suite struct InstanceOwnerTests {
    @Test func `an instance that the kernel keeps waiting holds up no other`() async throws {
        let host = try FixtureHost { $0.instanceLimit = 1 }
        // Its file of limits is a pipe: opening it waits, as a file of a process does whose memory is locked.
        let path = host.folder.path("host/proc/4712/limits")
        unlink(path)
        try #require(mkfifo(path, 0o600) == 0)
        let waiting = Thread { _ = try? host.report(FixtureHost.api, pid: 4712, connection: 1) }
        waiting.start()
        try await eventually("it is in the table") { host.table.instances.count == 1 }
        let others = Thread {
            host.table.expect([FixtureHost.worker], at: host.time.now)
            _ = try? host.report(FixtureHost.worker, pid: 4711, connection: 2)
            _ = try? host.report(self.stranger(1), pid: 4711, connection: 3)
        }
        others.start()
        try await eventually("others come and go") { others.isFinished }
        #expect(!waiting.isFinished)
        let end = open(path, O_RDWR | O_NONBLOCK)
        try await eventually("it goes on") { waiting.isFinished }
        close(end)
    }

    private func stranger(_ number: Int) -> InstanceIdentity { InstanceIdentity(service: "stranger", instance: "\(number)") }

    @Test func `a dead instance's name is its user's until it is forgotten, and root's at any time`() throws {
        let host = try FixtureHost { $0.retention = .seconds(300) }
        func report(_ uid: UInt32, _ connection: Int) throws {
            try host.report(FixtureHost.worker, pid: 4711, uid: uid, connection: connection)
                .detach(connection: connection, at: host.time.now)
        }
        try report(1000, 1)
        try report(1000, 2)
        let refusal = #expect(throws: Refusal.self) { try report(2000, 3) }
        #expect(refusal?.reason == .name)
        #expect(refusal?.message.contains("was reported by process 4711 of uid 1000") == true)
        try report(0, 4)
        host.time.pass(.seconds(301))
        try report(2000, 5)
    }

    @Test func `a name that is expected goes to whoever comes first again, once its time is over`() throws {
        let host = try FixtureHost { $0.retention = .seconds(300) }
        host.table.expect([FixtureHost.worker], at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4711, uid: 1000, connection: 1).detach(connection: 1, at: host.time.now)
        #expect(throws: Refusal.self) { try host.report(FixtureHost.worker, pid: 4712, uid: 2000, connection: 2) }
        host.time.pass(.seconds(301))
        host.table.tick(at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4712, uid: 2000, connection: 3)
    }

    @Test func `a name that is declared to be a user's is nobody else's, root's neither`() throws {
        let host = try FixtureHost()
        host.table.expect([FixtureHost.worker], heldBy: [FixtureHost.worker: .user(1000)], at: host.time.now)
        for uid in [0, 2000] as [UInt32] {
            let refusal = #expect(throws: Refusal.self) {
                try host.report(FixtureHost.worker, pid: 4711, uid: uid, connection: 1)
            }
            #expect(refusal?.message.contains("belongs to uid 1000") == true)
        }
        try host.report(FixtureHost.worker, pid: 4711, uid: 1000, connection: 2)
    }

    @Test func `a name that is declared to be a unit's goes to processes of that unit`() throws {
        let host = try FixtureHost()
        let unit = "apus-worker@worker-1.service"
        host.table.expect([FixtureHost.worker], heldBy: [FixtureHost.worker: .unit(unit)], at: host.time.now)
        for pid in [0, 4712] as [Int32] {
            let refusal = #expect(throws: Refusal.self) { try host.report(FixtureHost.worker, pid: pid, connection: 1) }
            #expect(refusal?.message.contains("belongs to the unit \(unit)") == true)
        }
        try host.report(FixtureHost.worker, pid: 4711, connection: 2)
    }

    @Test func `a process that takes all places costs nobody else one, and itself the oldest of its ended ones`() throws {
        let host = try FixtureHost { $0.instanceLimit = 20 }
        for number in 0..<20 {
            let instance = try host.report(stranger(number), pid: 4712, uid: 3000, connection: number + 1)
            if number < 2 { instance.detach(connection: number + 1, at: host.time.now) }
            host.time.pass(.milliseconds(1))
        }
        func has(_ number: Int) -> Bool { host.table.instances.contains { $0.identity == stranger(number) } }
        // Two have ended: their places go first, the oldest first.
        try host.report(stranger(20), pid: 4712, uid: 3000, connection: 21)
        #expect(!has(0) && has(1))
        try host.report(FixtureHost.worker, pid: 4711, uid: 1000, connection: 22)
        #expect(!has(1) && host.table.instances.count == 20)
        // All live: the one who has most gets no more, and a newcomer gets the newest of them.
        let refusal = #expect(throws: Refusal.self) { try host.report(stranger(21), pid: 4712, uid: 3000, connection: 23) }
        #expect(refusal?.reason == .limit)
        try host.report(FixtureHost.api, pid: 4713, uid: 1000, connection: 24)
        #expect(!has(20) && has(19) && host.table.instances.count == 20)
    }

    @Test func `a thousand users with one name each push out nobody who was there before and lives`() throws {
        let host = try FixtureHost { $0.instanceLimit = 40 }
        func receive(_ name: String, _ uid: UInt32) throws {
            try host.table.receive(
                ReceivedReport(families: []), of: InstanceIdentity(service: name, instance: name),
                from: ReportPeer(pid: 0, uid: uid), at: host.time.now)
            host.time.pass(.milliseconds(1))
        }
        let honest = ["a", "b", "c", "d"]
        for name in honest { try receive(name, 1000) }
        try host.report(FixtureHost.worker, pid: 4711, uid: 500, connection: 1)
        var refused = 0
        for uid in 10_000..<11_000 as Range<UInt32> {
            do throws(Refusal) {
                try host.table.receive(
                    ReceivedReport(families: []), of: InstanceIdentity(service: "x\(uid)", instance: "x"),
                    from: ReportPeer(pid: 0, uid: uid), at: host.time.now)
            } catch {
                refused += 1
                #expect(error.reason == .limit && error.message.contains("--expect"))
            }
        }
        let services = host.table.instances.map(\.identity.service)
        #expect(services.count == 40 && refused == 1000 - 35)
        #expect(honest.allSatisfy(services.contains) && services.contains("worker"))
        // Past an eighth of all places a user keeps none from those who have fewer.
        let greedy = try FixtureHost { $0.instanceLimit = 40 }
        for number in 0..<40 {
            try greedy.table.receive(
                ReceivedReport(families: []), of: stranger(number), from: ReportPeer(pid: 0, uid: 3000), at: greedy.time.now)
        }
        for uid in 4000..<4100 as Range<UInt32> {
            try? greedy.table.receive(
                ReceivedReport(families: []), of: InstanceIdentity(service: "y\(uid)", instance: "y"),
                from: ReportPeer(pid: 0, uid: uid), at: greedy.time.now)
        }
        #expect(greedy.table.instances.count { $0.identity.service == "stranger" } == 5)
    }

    @Test func `who was refused a place gets one as soon as there is one`() throws {
        let host = try FixtureHost { $0.instanceLimit = 2 }
        var connection = 0
        func report(_ identity: InstanceIdentity) throws -> KnownInstance {
            connection += 1
            return try host.report(identity, pid: 4712, uid: 3000, connection: connection)
        }
        func isRefused(_ identity: InstanceIdentity) -> Bool {
            do { _ = try report(identity) } catch { return (error as? Refusal)?.reason == .limit }
            return false
        }
        _ = try report(stranger(0))
        let second = try report(stranger(1))
        #expect(isRefused(FixtureHost.worker))
        #expect(isRefused(FixtureHost.worker) && isRefused(FixtureHost.api))
        // What has a place already keeps it, whatever its process was refused.
        #expect(!isRefused(stranger(0)))
        #expect(isRefused(FixtureHost.api))
        second.detach(connection: 2, at: host.time.now)
        #expect(!isRefused(FixtureHost.worker))
        #expect(isRefused(FixtureHost.api) && isRefused(FixtureHost.api))
        // One is expected from now on, and then another.
        host.table.expect([FixtureHost.api], at: host.time.now)
        #expect(!isRefused(FixtureHost.api))
        #expect(isRefused(stranger(7)) && isRefused(stranger(7)))
        host.table.expect([FixtureHost.api, FixtureHost.worker], at: host.time.now)
        #expect(!isRefused(stranger(7)))
        // One is forgotten.
        #expect(isRefused(stranger(8)) && isRefused(stranger(8)))
        let known = try #require(host.table.instances.first { $0.identity == stranger(7) })
        known.detach(connection: connection - 2, at: host.time.now)
        host.time.pass(.seconds(301))
        host.table.tick(at: host.time.now)
        #expect(!host.table.instances.contains { $0.identity == stranger(7) })
        #expect(!isRefused(stranger(8)))
    }

    @Test func `of one user's processes the one with the most gives way`() throws {
        let host = try FixtureHost { $0.instanceLimit = 4 }
        for number in 0..<4 { try host.report(stranger(number), pid: 4712, uid: 1000, connection: number + 1) }
        try host.report(FixtureHost.worker, pid: 4711, uid: 1000, connection: 9)
        #expect(host.table.instances.map(\.identity).contains(FixtureHost.worker))
        #expect(host.table.instances.count == 4)
    }

    @Test func `what is expected has its place, whatever strangers have`() throws {
        let host = try FixtureHost { $0.instanceLimit = 1 }
        try host.report(stranger(0), pid: 4712, uid: 3000, connection: 1)
        host.table.expect([FixtureHost.worker, FixtureHost.api], at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4711, uid: 3000, connection: 2)
        #expect(host.table.instances.count == 3)
    }

    @Test func `a process that is not to be seen is served with its own metrics, and the missing sources say so`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let instance = try host.report(FixtureHost.worker, pid: 0, connection: 7) { writer in
            writer.series(MetricFamily(name: "jobs_total", kind: .counter, help: "x"), labels: [], form: .integer)
                .add(UInt64(5))
        }
        var samples = exposition.samples
        #expect(samples["jobs_total{\(worker)}"] == "5")
        #expect(samples["apus_service_up{\(worker)}"] == "1")
        #expect(samples["apus_service_hung{\(worker)}"] == "0")
        #expect(samples["apus_source_up{source=\"report\"}"] == "1")
        for source in ["stat", "limits", "descriptors", "service-unit"] {
            #expect(samples["apus_source_up{source=\"\(source)\"}"] == "0", "\(source)")
        }
        #expect(!samples.keys.contains { $0.hasPrefix("service_process_") })
        // The end of the connection is the end of the process; until then the name is taken.
        #expect(throws: Refusal.self) { try host.report(FixtureHost.worker, pid: 0, connection: 8) }
        instance.detach(connection: 7, at: host.time.now)
        samples = exposition.samples
        #expect(samples["apus_service_up{\(worker)}"] == "0")
        #expect(samples["jobs_total{\(worker)}"] == "5")
        try host.report(FixtureHost.worker, pid: 0, connection: 9)
    }

    @Test(arguments: [
        "up", "ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds", "scrape_anything", "apus_agent_future",
        "apus_service_up",
        "apus_source_x", "process_open_fds",
    ])
    func `a family of Prometheus' or the agent's own name is not served of a service`(name: String) throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            writer.series(MetricFamily(name: name, kind: .gauge, help: "x"), labels: [], form: .double).set(987_654_321)
        }
        let exposition = host.exposition(try host.host())
        #expect(!exposition.samples.values.contains { $0.hasPrefix("9.87654321") || $0 == "987654321" })
        #expect(
            host.log.lines("a reported family is not served: another one has its name or that of one of its samples").count == 1
        )
    }

    @Test func `a label job is served as exported_job, from a writer that renames it and from one that does not`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            let family = MetricFamily(name: "jobs_total", kind: .counter, help: "x")
            writer.series(family, labels: [("job", "node"), ("kind", ",job=\"x")], form: .integer).add(UInt64(5))
        }
        let samples = host.exposition(try host.host()).samples
        let jobs = samples.filter { $0.key.hasPrefix("jobs_total") }
        #expect(jobs == [#"jobs_total{\#(worker),exported_job="node",kind=",job=\"x"}"#: "5"])
    }
}
