import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import HostTesting
import Testing

/// Who has one of the places for groups and processes, and who gives way.
@Suite struct GroupPlacesTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    /// Groups of these plain names, each of the commands with the name in them, and one of captured names behind them.
    private func file(_ names: String...) throws -> WatchFile {
        let named = names.map { "{ service: \($0), match: { command: \($0) } }, " }.joined()
        return try WatchFile.parse(
            Array("groups: [\(named){ service: job, instance: 'job-${n}', match: { command: 'job (?<n>[0-9]+)' } }]".utf8),
            path: "watch.yaml")
    }

    private func groups(_ file: WatchFile, mostGroups: Int = 1024, descriptors: Int? = nil) -> ProcessGroups {
        ProcessGroups(
            file, retention: .seconds(3600), root: host.root, mostGroups: mostGroups, descriptors: descriptors,
            logger: host.log.logger, at: host.time.now)
    }

    @Test func `a living group takes the place of the one that ended longest ago, which is counted`() throws {
        let groups = ProcessGroups(
            try WatchFile.parse(
                Array("groups: [{ service: job, instance: 'job-${n}', match: { command: 'job (?<n>[a-z]+)' } }]".utf8),
                path: "watch.yaml"),
            retention: .seconds(3600), root: host.root, mostGroups: 3, logger: host.log.logger, at: host.time.now)
        func names() -> [String] { host.look(groups).map(\.identity.instance) }
        try host.put(
            .init(pid: 4801, command: "job a"), .init(pid: 4802, command: "job b"), .init(pid: 4803, command: "job c"))
        host.turn(groups)
        #expect(names() == ["job-a", "job-b", "job-c"])
        // All live: who comes has no place.
        try host.put(.init(pid: 4804, command: "job d"))
        host.turn(groups)
        #expect(names() == ["job-a", "job-b", "job-c"] && groups.unwatched == 1 && groups.forgotten == 0)
        // Its place is free from the look on that has seen its end.
        try host.remove(4802)
        host.turn(groups)
        host.turn(groups)
        #expect(names() == ["job-a", "job-c", "job-d"] && groups.unwatched == 0 && groups.forgotten == 1)
        try host.remove(4801)
        host.turn(groups)
        try host.remove(4803)
        host.turn(groups)
        #expect(names() == ["job-a", "job-c", "job-d"])
        try host.put(.init(pid: 4805, command: "job e"))
        host.turn(groups)
        #expect(names() == ["job-c", "job-d", "job-e"] && groups.forgotten == 2)
        // Who comes back to its group while others come keeps it.
        try host.put(.init(pid: 4806, command: "job c"), .init(pid: 4807, command: "job f"))
        host.turn(groups)
        #expect(names() == ["job-c", "job-d", "job-e"] && groups.forgotten == 2 && groups.unwatched == 1)
    }

    @Test func `a file that still names a group keeps it, however full the places are`() throws {
        let groups = ProcessGroups(
            try file("z"), retention: .seconds(3600), root: host.root, mostGroups: 3, logger: host.log.logger,
            at: host.time.now)
        try host.put(.init(pid: 4801, command: "z"), .init(pid: 4802, command: "job 1"), .init(pid: 4803, command: "job 2"))
        host.turn(groups)
        for pid in [4801, 4802] as [Int32] {
            try host.remove(pid)
            host.turn(groups)
        }
        host.turn(groups)
        groups.watch(try file("b", "z"), at: host.time.now)
        let served = host.look(groups)
        #expect(served.map(\.identity.instance) == ["b", "job-2", "z"] && groups.forgotten == 1)
    }

    @Test func `a name that the file gives plainly has its place at the next look, and of captured ones the last gives way`()
        throws
    {
        let groups = groups(try file(), mostGroups: 3)
        for number in 1...3 { try host.put(.init(pid: 4800 + Int32(number), command: "job \(number)")) }
        try host.put(.init(pid: 4804, name: "z", command: "z"))
        for _ in 0..<2 { host.turn(groups) }
        #expect(host.look(groups).map(\.identity.instance) == ["job-1", "job-2", "job-3"])
        groups.watch(try file("z"), at: host.time.now)
        var served = host.look(groups)
        #expect(served.map(\.identity.instance) == ["job-1", "job-2", "z"] && served.map(\.reading.processes) == [1, 1, 1])
        #expect(groups.forgotten == 1 && groups.unwatched == 1)
        #expect(
            host.log.lines(
                "living groups gave their places to groups that the file names as they are, as 3 groups are the most: raise --group-limit, or have fewer captures in names"
            ).count == 1)
        // Who gave way does not come back for as long as the place is taken, and counts as a whole when it does.
        for _ in 0..<3 { host.turn(groups) }
        #expect(host.look(groups).map(\.identity.instance) == ["job-1", "job-2", "z"])
        try host.put(.init(pid: 4803, command: "job 3", userTicks: 40))
        groups.watch(try file(), at: host.time.now)
        for _ in 0..<2 { host.turn(groups) }
        served = host.look(groups)
        #expect(served.map(\.identity.instance) == ["job-1", "job-2", "job-3"])
        #expect(served.last?.reading.account.used.userTicks == 40)
    }

    @Test func `plain names that find no place beside one another are told`() throws {
        let groups = groups(try file("a", "b", "c"), mostGroups: 2)
        #expect(host.look(groups).map(\.identity.instance) == ["a", "b"])
        #expect(
            host.log.lines(
                "groups that the file names are not watched, as 2 are the most, of which one of control groups counts twice: raise --group-limit"
            ).count == 1)
    }

    @Test func `a control group whose group gave way counts from its return on`() throws {
        func file(_ named: String) throws -> WatchFile {
            try WatchFile.parse(
                Array(
                    "groups: [\(named){ service: box, instance: '${container}', match: { cgroup: /system.slice/docker-*.scope } }]"
                        .utf8), path: "watch.yaml")
        }
        func put(_ id: Character, user: Int) throws {
            let path = "sys/fs/cgroup/system.slice/docker-\(String(repeating: id, count: 64)).scope"
            let folder = host.folder.path("host/\(path)")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "usage_usec \(user)\nuser_usec \(user)\nsystem_usec 0\n"
                .write(toFile: "\(folder)/cpu.stat", atomically: false, encoding: .utf8)
        }
        let groups = groups(try file(""), mostGroups: 4)
        try put("a", user: 1_000_000)
        host.turn(groups)
        try put("b", user: 2_000_000)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.controlGroups?.number) == [1, 1])
        groups.watch(try file("{ service: web, match: { executable: web } }, "), at: host.time.now)
        host.turn(groups)
        #expect(host.look(groups).map(\.identity.service) == ["box", "web"] && groups.forgotten == 1)
        groups.watch(try file(""), at: host.time.now)
        for _ in 0..<2 { host.turn(groups) }
        try put("b", user: 2_500_000)
        let served = host.look(groups)
        #expect(served.map(\.identity.service) == ["box", "box"])
        let used = served.map { Int(($0.reading.cpuSeconds(host.root).user * 1e6).rounded()) }
        #expect(used == [1_000_000, 500_000])
    }

    @Test func `a process of a plain name goes before those of captured ones, of which the one that began last gives way`()
        throws
    {
        let groups = groups(try file("z"), descriptors: 7)
        for number in 1...3 {
            try host.put(.init(pid: 4800 + Int32(number), command: "job \(number)", startTicks: 329_000 + number))
        }
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1, 1, 1, 0])
        try host.put(.init(pid: 4804, name: "z", command: "z", startTicks: 330_000))
        host.turn(groups)
        let served = host.look(groups)
        #expect(served.map(\.identity.instance) == ["job-1", "job-2", "job-3", "z"])
        #expect(served.map(\.reading.processes) == [1, 1, 0, 1] && served.map(\.reading.unwatched) == [0, 0, 1, 0])
        #expect(groups.unwatched == 1)
        // One for which there is no room makes no group that would be served without a process.
        try host.put(.init(pid: 4805, command: "job 5", startTicks: 331_000))
        host.turn(groups)
        #expect(host.look(groups).map(\.identity.instance) == ["job-1", "job-2", "job-3", "z"] && groups.unwatched == 2)
        try host.remove(4801)
        host.turn(groups)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [0, 1, 1, 1])
    }

    @Test func `a group whose processes find no room is told so, and not that nobody matches it`() throws {
        let groups = groups(try file("a", "z"), descriptors: 7)
        for number in 1...3 { try host.put(.init(pid: 4800 + Int32(number), command: "a")) }
        host.turn(groups)
        try host.put(.init(pid: 4804, name: "z", command: "z", startTicks: 330_000))
        host.turn(groups)
        host.turn(groups)
        let reading = try #require(host.look(groups).last).reading
        #expect(reading.processes == 0 && reading.unwatched == 1 && groups.health.map(\.isWell) == [true, true])
        let told = host.log.lines(
            "no process of a group is watched, as 3 of all groups are the most: match fewer, or raise LimitNOFILE=")
        #expect(told.count == 1)
    }

    @Test func `processes past the most are counted and told, and leave descriptors to the rest of the agent`() throws {
        for number in 0..<5 { try host.put(.init(pid: 4801 + Int32(number), name: "nginx")) }
        let groups = ProcessGroups(
            try WatchFile.parse(Array("groups: [{ service: nginx, match: { executable: nginx } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), root: host.root,
            descriptors: 7, logger: host.log.logger, at: host.time.now)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [3])
        #expect(groups.unwatched == 2)
        #expect(
            host.log.lines(
                "processes are not watched: 3 in 1024 groups are the most; match fewer, or raise LimitNOFILE= or --group-limit"
            ).count == 1)
        try host.remove(4801)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [3] && groups.unwatched == 1)
    }
}
