import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import HostTesting
import Testing

/// Processes that are looked at in the middle of something, and agents that go on after others.
@Suite struct GroupMomentsTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    @Test func `one that takes another name between turns keeps what a turn found of it`() throws {
        let groups = try host.groups("groups: [{ service: mail, match: { command: amavis } }]")
        var process = FixtureHost.Process(
            pid: 4801, name: "amavis-1", command: "amavis (ch1)", openFiles: 8, filesLimit: 16, anonymous: 400, oomScore: 677)
        try host.put(process)
        host.turn(groups)
        func check() throws {
            let reading = try #require(host.look(groups).first).reading
            #expect(reading.processes == 1 && reading.anonymousBytes == 400 << 10 && reading.oomScore == 677)
            #expect(reading.filesRatio == 0.5 && reading.openFiles == 8)
        }
        try check()
        for number in 2...4 {
            process.name = "amavis-\(number)"
            try host.put(process)
            try check()
        }
    }

    @Test func `one in the middle of exec, which has its name already and no command, stays in its group`() throws {
        let groups = try host.groups("groups: [{ service: job, instance: 'job-${n}', match: { command: 'job (?<n>[0-9]+)' } }]")
        var process = FixtureHost.Process(pid: 4801, name: "job", command: "job 1", userTicks: 100)
        try host.put(process)
        host.turn(groups)
        (process.name, process.command) = ("job-new", "")
        try host.put(process)
        // A turn is among these looks, after which who was asked is settled.
        for isTurn in [false, true, false] {
            if isTurn { host.turn(groups) }
            let served = host.look(groups)
            #expect(served.map(\.identity.instance) == ["job-1"] && served.first?.reading.processes == 1)
            #expect(served.first?.reading.account.ended == 0)
        }
        // It is asked again once it has one.
        process.command = "job 2"
        try host.put(process)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [0, 1])
    }

    @Test func `one that has run another program is asked again, also where a turn found it in the middle of exec`() throws {
        let groups = try host.groups(
            "groups: [{ service: a, match: { executable: a } }, { service: b, match: { executable: b } }]")
        var process = FixtureHost.Process(pid: 4801, name: "a", command: "a x")
        try host.put(process)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1, 0])
        (process.name, process.command) = ("b", "")
        try host.put(process)
        host.turn(groups)
        #expect(host.look(groups, after: .zero).map(\.reading.processes) == [1, 0])
        process.command = "b x"
        try host.put(process)
        #expect(host.look(groups).map(\.reading.processes) == [0, 1])
    }

    @Test func `one that has taken its command off for good is asked for all else again`() throws {
        let groups = try host.groups(
            "groups: [{ service: a, match: { executable: a } }, { service: b, match: { executable: b } }]")
        var process = FixtureHost.Process(pid: 4801, name: "a", command: "a x")
        try host.put(process)
        host.turn(groups)
        (process.name, process.command) = ("b", "")
        try host.put(process)
        for _ in 0..<7 { host.turn(groups) }
        #expect(host.look(groups).map(\.reading.processes) == [0, 1])
    }

    @Test func `a zombie and a thread of the kernel, which have no command for good, are of no group by what they were`() throws
    {
        let groups = try host.groups("groups: [{ service: job, match: { command: job } }]")
        var process = FixtureHost.Process(pid: 4801, name: "job", command: "job")
        try host.put(process)
        host.turn(groups)
        (process.name, process.command, process.virtualBytes) = ("kworker", "", 0)
        try host.put(process)
        host.turn(groups)
        #expect(host.look(groups).first?.reading.processes == 0)
    }

    @Test func `sums of an agent that goes on after another one begin at 0, and have all that comes after it`() throws {
        let yaml =
            "groups: [{ service: job, match: { command: job } }, { service: old, instance: 'old-${n}', match: { command: 'old (?<n>[0-9]+)' } }]"
        func groups(goesOn: Bool) throws -> ProcessGroups {
            ProcessGroups(
                try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
                goesOn: goesOn,
                logger: host.log.logger, at: host.time.now)
        }
        var process = FixtureHost.Process(pid: 4801, command: "job", userTicks: 1000)
        try host.put(process, .init(pid: 4802, command: "old 1", userTicks: 500))
        let (first, next) = (try groups(goesOn: false), try groups(goesOn: true))
        func used(_ groups: ProcessGroups) -> [Int64] { host.look(groups).map { $0.reading.account.used.userTicks } }
        #expect(used(first) == [1000, 500] && used(next) == [0, 0])
        #expect(try #require(host.look(next).first).reading.began.map { abs($0 - host.time.now.realtime) < 5 } == true)
        process.userTicks += 7
        let young = Int(Double(host.time.now.sinceBoot) / 1e9 * 100) + 50
        try host.put(process, .init(pid: 4803, command: "job", userTicks: 30, startTicks: young))
        #expect(used(first) == [1037, 500] && used(next) == [37, 0])
        host.turn(next)
        #expect(used(next) == [37, 0])
    }

    @Test func `an agent knows from its state directory that one has watched before it in the same boot`() throws {
        let folder = try TemporaryFolder()
        let state = folder.path("journal.state")
        func begin() -> Bool {
            let goesOn = BootMark.isLeft(beside: state, root: host.root)
            BootMark.leave(beside: state, root: host.root, logger: host.log.logger)
            return goesOn
        }
        try FileManager.default.createDirectory(
            atPath: host.folder.path("host/proc/sys/kernel/random"), withIntermediateDirectories: true)
        let boot = host.folder.path("host/proc/sys/kernel/random/boot_id")
        try "a\n".write(toFile: boot, atomically: true, encoding: .utf8)
        #expect([begin(), begin()] == [false, true])
        try "b\n".write(toFile: boot, atomically: true, encoding: .utf8)
        #expect([begin(), begin()] == [false, true])
        try FileManager.default.removeItem(atPath: boot)
        #expect(!begin())
        let words = "the next start will not know that groups have been watched: what they have used then counts once more"
        #expect(host.log.lines(words).count == 1)
    }
}
