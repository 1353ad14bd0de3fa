import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusSegment
import Glibc
import HostTesting
import Testing

/// Whose the names of groups are, and what becomes of a group beside a report of its name.
@Suite struct GroupHoldersTests {
    private static let database = InstanceIdentity(service: "database", instance: "database")
    private static let job = InstanceIdentity(service: "job", instance: "job-a")
    private static let up = #"apus_service_up{service="database",instance="database"}"#
    private static let owner = ReportPeer(pid: 0, uid: 70)
    private static let stranger = ReportPeer(pid: 0, uid: 3000)

    private let host: FixtureHost
    private let groups: ProcessGroups

    init() throws {
        host = try FixtureHost { $0.watchFile = "watch.yaml" }
        groups = try host.groups(
            "groups: [{ service: database, match: { command: postgres } }, { service: job, instance: 'job-${n}', match: { command: 'job (?<n>[a-z]+)' } }]"
        )
        host.table.keepNames(of: groups)
    }

    private func exposition() throws -> Exposition {
        host.exposition(
            try host.host(), groups: GroupTable(groups, configuration: host.configuration, root: host.root))
    }

    private func start(_ pid: Int32, _ command: String, uid: Int) throws {
        try host.put(.init(pid: pid, name: "server", command: command, uid: uid))
        host.time.pass(.seconds(1))
    }

    private func receive(_ text: String, of identity: InstanceIdentity, from peer: ReportPeer) throws {
        try host.table.receive(
            ReceivedReport(text: Array(text.utf8), as: .text, limits: .forTests), of: identity, from: peer, at: host.time.now)
    }

    @Test func `a report under the name of a group is taken from users of its processes, and refused to others`() throws {
        try start(4801, "postgres", uid: 70)
        let exposition = try exposition()
        let refusal = #expect(throws: Refusal.self) { try receive("lies 1\n", of: Self.database, from: Self.stranger) }
        #expect(refusal?.reason == .name)
        let words = refusal?.message ?? ""
        #expect(words.contains("watch.yaml:1:") && words.contains("--expect 'database/database uid="), "\(words)")
        let remote = ReportPeer(pid: 0, uid: UInt32.max)
        #expect(throws: Refusal.self) { try receive("lies 1\n", of: Self.database, from: remote) }
        var samples = exposition.samples
        #expect(samples[Self.up] == "1" && !samples.keys.contains { $0.hasPrefix("lies") })
        try receive("rows 3\n", of: Self.database, from: Self.owner)
        samples = exposition.samples
        #expect(samples[#"rows{service="database",instance="database"}"#] == "3")
        // Its report has ended, and its processes live.
        host.time.pass(.seconds(1))
        #expect(try host.table.stopReceiving(Self.database, from: Self.owner, at: host.time.now))
        samples = exposition.samples
        #expect(
            samples[Self.up] == "1"
                && samples["service_processes_started_total{service=\"database\",instance=\"database\"}"] != nil)
        // Without a process it is down, and its name is still that of its users.
        try host.remove(4801)
        host.time.pass(.seconds(1))
        #expect(exposition.samples[Self.up] == "0")
        #expect(throws: Refusal.self) { try receive("lies 1\n", of: Self.database, from: Self.stranger) }
        try receive("rows 4\n", of: Self.database, from: Self.owner)
        #expect(exposition.samples[Self.up] == "1")
    }

    @Test func `a process reports under the name of its group alone, and its end is not the group's`() throws {
        try start(4801, "postgres", uid: 70)
        let exposition = try exposition()
        #expect(throws: Refusal.self) { try host.report(Self.database, pid: 4712, uid: 3000, connection: 1) }
        #expect(exposition.samples[Self.up] == "1")
        // A process of the group, whoever it was when it connected.
        try start(4802, "postgres", uid: 70)
        let instance = try host.report(Self.database, pid: 4802, uid: 3000, connection: 2)
        #expect(exposition.samples[Self.up] == "1")
        instance.detach(connection: 2, at: host.time.now)
        host.time.pass(.seconds(1))
        #expect(exposition.samples[Self.up] == "1")
    }

    @Test func `root may report under the name of a group, and whom the configuration names`() throws {
        try start(4801, "postgres", uid: 70)
        let exposition = try exposition()
        try receive("rows 1\n", of: Self.database, from: ReportPeer(pid: 0, uid: 0))
        let other = try FixtureHost()
        try other.put(.init(pid: 4801, name: "server", command: "postgres", uid: 70))
        let groups = try other.groups("groups: [{ service: database, match: { command: postgres } }]")
        other.table.keepNames(of: groups)
        other.table.expect([Self.database], heldBy: [Self.database: .user(3000)], at: other.time.now)
        let expected = other.exposition(
            try other.host(), groups: GroupTable(groups, configuration: other.configuration, root: other.root))
        // Nobody has reported yet, and the group lives.
        #expect(expected.samples[Self.up] == "1")
        #expect(throws: Refusal.self) {
            try other.table.receive(ReceivedReport(families: []), of: Self.database, from: Self.owner, at: other.time.now)
        }
        try other.table.receive(ReceivedReport(families: []), of: Self.database, from: Self.stranger, at: other.time.now)
        _ = exposition
    }

    @Test func `a captured name is a group's while it lives, and what a stranger has reported before is let go`() throws {
        let exposition = try exposition()
        try receive("# TYPE lies_total counter\nlies_total 1\n", of: Self.job, from: Self.stranger)
        groups.tick(at: host.time.now)
        #expect(host.table.leaveToGroups(at: host.time.now).isEmpty)
        #expect(exposition.samples.keys.contains { $0.hasPrefix("lies_total") })
        try start(4801, "job a", uid: 70)
        groups.tick(at: host.time.now)
        let left = host.table.leaveToGroups(at: host.time.now)
        #expect(left.map(\.identity) == [Self.job] && left.map(\.reporter) == [Self.stranger])
        let samples = exposition.samples
        #expect(samples[#"apus_service_up{service="job",instance="job-a"}"#] == "1")
        #expect(!samples.keys.contains { $0.hasPrefix("lies_total") })
        #expect(throws: Refusal.self) { try receive("lies 1\n", of: Self.job, from: Self.stranger) }
        try receive("done 1\n", of: Self.job, from: Self.owner)
        host.time.pass(.seconds(15))
        groups.tick(at: host.time.now)
        #expect(host.table.leaveToGroups(at: host.time.now).isEmpty)
    }

    @Test func `who was a user of a group and is none any more has its name no longer`() throws {
        try start(4801, "postgres", uid: 70)
        try receive("rows 1\n", of: Self.database, from: Self.owner)
        try start(4801, "postgres", uid: 71)
        host.time.pass(.seconds(15))
        groups.tick(at: host.time.now)
        #expect(throws: Refusal.self) { try receive("rows 2\n", of: Self.database, from: Self.owner) }
        #expect(host.table.leaveToGroups(at: host.time.now).map(\.identity) == [Self.database])
        try receive("rows 3\n", of: Self.database, from: ReportPeer(pid: 0, uid: 71))
    }

    @Test func `who was seen before it had become what it is reports all the same`() throws {
        // As a unit's process before it is in its control group and runs its program, at a turn that finds it so.
        try start(4801, "to be", uid: 70)
        try #require(chown(host.folder.path("host/proc/4801"), 70, 70) == 0)
        groups.tick(at: host.time.now)
        #expect(groups.look(at: host.time.now).first?.reading.processes == 0)
        #expect(throws: Refusal.self) { try receive("rows 1\n", of: Self.database, from: Self.owner) }
        try start(4801, "postgres", uid: 70)
        // A scrape does not ask it again, and is no reason for the report to be refused.
        _ = groups.look(at: host.time.now)
        try receive("rows 1\n", of: Self.database, from: Self.owner)
        #expect(try exposition().samples[#"rows{service="database",instance="database"}"#] == "1")
    }

    @Test func `a process that a turn has seen as something else is asked again when it reports itself`() throws {
        try start(4801, "to be", uid: 70)
        groups.tick(at: host.time.now)
        try start(4801, "postgres", uid: 70)
        #expect(throws: Refusal.self) { try host.report(Self.database, pid: 4802, uid: 3000, connection: 1) }
        host.time.pass(.milliseconds(250))
        _ = try host.report(Self.database, pid: 4801, uid: 3000, connection: 2)
    }

    @Test func `who has the number of a process of the group that has ended is a stranger`() throws {
        try start(4801, "postgres", uid: 70)
        try receive("rows 0\n", of: Self.database, from: Self.owner)
        #expect(groups.look(at: host.time.now).first?.reading.processes == 1)
        try host.remove(4801)
        try host.put(.init(pid: 4801, name: "thief", command: "thief", startTicks: 340_000, uid: 3000))
        #expect(throws: Refusal.self) { try host.report(Self.database, pid: 4801, uid: 3000, connection: 1) }
        try receive("rows 1\n", of: Self.database, from: Self.owner)
    }

    @Test func `strangers cause a few looks at the processes, and not one each`() throws {
        try start(4801, "postgres", uid: 70)
        _ = groups.look(at: host.time.now)
        #expect(throws: Refusal.self) { try receive("lies 1\n", of: Self.database, from: Self.stranger) }
        // Another user comes, whom nobody has looked at within the time.
        try host.put(.init(pid: 4802, name: "server", command: "postgres", uid: 71))
        host.time.pass(.milliseconds(100))
        let other = ReportPeer(pid: 0, uid: 71)
        #expect(throws: Refusal.self) { try receive("rows 1\n", of: Self.database, from: other) }
        host.time.pass(.milliseconds(200))
        try receive("rows 1\n", of: Self.database, from: other)
    }
}
