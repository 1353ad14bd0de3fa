import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// Processes that become something else while they live, under the same number and name.
@Suite(.timeLimit(.minutes(3))) struct ChangedProcessTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    private func processes(_ groups: ProcessGroups) -> [Int] { host.look(groups).map(\.reading.processes) }

    @Test func `a title that is set late brings a process to its group at the next turn, and another one takes it away`() throws
    {
        let groups = try host.groups("groups: [{ service: sidekiq, match: { command: '^sidekiq ' } }]")
        func put(_ command: String, ticks: Int) throws {
            try host.put(.init(pid: 4801, name: "ruby", command: command, userTicks: ticks))
        }
        try put("ruby bin/sidekiq", ticks: 100)
        for _ in 0..<4 { host.turn(groups) }
        #expect(processes(groups) == [0])
        try put("sidekiq 7.2 shop [0 of 5 busy]", ticks: 110)
        // A scrape asks nobody again.
        #expect(processes(groups) == [0])
        host.turn(groups)
        #expect(processes(groups) == [1])
        try put("sidekiq 7.2 shop [3 of 5 busy]", ticks: 115)
        host.turn(groups)
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.processes == 1 && reading.account.started == 1 && reading.account.used.userTicks == 5)
        try put("ruby bin/console", ticks: 116)
        host.turn(groups)
        #expect(processes(groups) == [0])
    }

    @Test func `a program is followed by its file`() throws {
        let groups = try host.groups("groups: [{ service: app, match: { executable: /srv/two/app } }]")
        func put(_ program: String) throws {
            try host.put(.init(pid: 4801, name: "app", command: "app"))
            let link = host.folder.path("host/proc/4801/exe")
            try? FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
        }
        for program in ["/srv/one/app", "/srv/two/app", "/srv/three/app"] {
            try put(program)
            for _ in 0..<3 { host.turn(groups) }
            #expect(processes(groups) == [program == "/srv/two/app" ? 1 : 0], "\(program)")
        }
    }

    @Test(.enabled(if: getuid() == 0, "another user's folder needs root"))
    func `a process that takes on another user is followed`() throws {
        let groups = try host.groups("groups: [{ service: app, match: { user: 65534, command: app } }]")
        try host.put(.init(pid: 4801, name: "app", command: "app"))
        for user in [0, 65_534, 33] as [UInt32] {
            try #require(chown(host.folder.path("host/proc/4801"), user, user) == 0)
            for _ in 0..<3 { host.turn(groups) }
            #expect(processes(groups) == [user == 65_534 ? 1 : 0], "\(user)")
        }
    }

    @Test func `a captured instance is not up by a process that is another one now`() throws {
        let groups = try host.groups(
            "groups: [{ service: job, instance: 'job-${n}', match: { command: '^worker job (?<n>[0-9]+)' } }]")
        func served() -> [String] { host.look(groups).map { "\($0.identity.instance) \($0.reading.processes)" } }
        try host.put(.init(pid: 4801, name: "worker", command: "worker job 1"))
        for _ in 0..<3 { host.turn(groups) }
        #expect(served() == ["job-1 1"])
        try host.put(.init(pid: 4801, name: "worker", command: "worker job 2"))
        host.turn(groups)
        #expect(served() == ["job-1 0", "job-2 1"])
        try host.put(.init(pid: 4801, name: "worker", command: "worker rests"))
        host.turn(groups)
        #expect(served() == ["job-1 0", "job-2 0"])
    }

    @Test func `whom a process has started comes to a group and leaves it with that process, but not by its end`() throws {
        let groups = try host.groups("groups: [{ service: puma, match: { command: '^puma ' } }]")
        func put(_ command: String) throws {
            try host.put(
                .init(pid: 4801, name: "ruby", command: command),
                .init(pid: 4802, parent: 4801, name: "helper", command: "helper", startTicks: 329_001),
                .init(pid: 4803, parent: 4802, name: "tool", command: "tool", startTicks: 329_002))
        }
        try put("ruby bin/puma")
        for _ in 0..<3 { host.turn(groups) }
        #expect(processes(groups) == [0])
        try put("puma 6.4 shop")
        host.turn(groups)
        #expect(processes(groups) == [3])
        try put("ruby bin/console")
        host.turn(groups)
        #expect(processes(groups) == [0])
        try put("puma 6.4 shop")
        host.turn(groups)
        #expect(processes(groups) == [3])
        try host.remove(4801)
        try host.put(.init(pid: 4802, name: "helper", command: "helper", startTicks: 329_001))
        for _ in 0..<3 { host.turn(groups) }
        #expect(processes(groups) == [2])
    }

    @Test func `of many processes those that have run are looked at first, and each other one in turn`() throws {
        let file = try WatchFile.parse(
            Array("groups: [{ service: shop, match: { command: '^shop' } }]".utf8), path: "watch.yaml")
        let groups = ProcessGroups(
            file, retention: .seconds(300), root: host.root, mostMarked: 40, logger: host.log.logger, at: host.time.now)
        for pid in 5000..<5200 as Range<Int32> { try host.put(.init(pid: pid, name: "app", command: "other")) }
        for _ in 0..<11 { host.turn(groups) }
        // Nobody runs another program without a page fault: at the next turn, wherever in the order it is.
        for pid in [5003, 5100, 5199] as [Int32] {
            try host.put(.init(pid: pid, name: "app", command: "shop", minorFaults: 2))
        }
        host.turn(groups)
        #expect(processes(groups) == [3])
        // Of 200 processes and the host's own, 40 in a turn.
        for pid in 5010..<5020 as Range<Int32> { try host.put(.init(pid: pid, name: "app", command: "shop")) }
        host.turn(groups)
        #expect(processes(groups)[0] < 13)
        for _ in 0..<6 { host.turn(groups) }
        #expect(processes(groups) == [13])
        // With more that run all the time than there are places, everybody has a turn.
        for round in 3..<11 {
            for pid in 5000..<5200 as Range<Int32> {
                let isShop = pid == 5003 || pid == 5190
                try host.put(.init(pid: pid, name: "app", command: isShop ? "shop" : "other", minorFaults: round))
            }
            host.turn(groups)
        }
        #expect(processes(groups) == [2])
    }

    @Test func `another program under the same name is found while it runs`() throws {
        let folder = try TemporaryFolder()
        for (place, program) in [("one", "bash"), ("two", "sleep")] {
            try FileManager.default.createDirectory(atPath: folder.path(place), withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "/usr/bin/\(program)", toPath: folder.path("\(place)/same"))
        }
        func live(_ selector: String) throws -> ProcessGroups {
            ProcessGroups(
                try WatchFile.parse(Array("groups: [{ service: same, match: { \(selector) } }]".utf8), path: "watch.yaml"),
                retention: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                at: AgentClock.system.now())
        }
        func tick(_ groups: ProcessGroups) -> [Int] {
            groups.tick(at: AgentClock.system.now())
            return groups.look(at: AgentClock.system.now()).map(\.reading.processes)
        }
        let before = try live("executable: '\(folder.path("one"))/same'")
        let after = try live("command: '\(folder.path("two"))/same 30$', executable: same")
        let shell = Process()
        shell.executableURL = URL(filePath: folder.path("one/same"))
        shell.arguments = ["-c", "read go; exec \(folder.path("two"))/same 30"]
        let input = Pipe()
        shell.standardInput = input
        try shell.run()
        defer {
            kill(shell.processIdentifier, SIGKILL)
            shell.waitUntilExit()
        }
        // Its own command line names the second program as well.
        #expect(comesTrue(within: .seconds(10)) { tick(before) == [1] && tick(after) == [1] })
        input.fileHandleForWriting.write(Data("go\n".utf8))
        #expect(comesTrue(within: .seconds(10)) { tick(before) == [0] })
        #expect(tick(after) == [1])
    }

    @Test func `a daemon is found once it has written its number`() throws {
        let path = host.folder.path("daemon.pid")
        let groups = try host.groups("groups: [{ service: daemon, match: { pid_file: '\(path)' } }]")
        try host.put(.init(pid: 4801, name: "daemon", command: "daemon"))
        host.turn(groups)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [0])
        try host.folder.write("4801\n", to: "daemon.pid")
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1])
    }

    @Test func `a pid file is followed, also when it is gone, with whom its process has started`() throws {
        let path = host.folder.path("daemon.pid")
        let groups = try host.groups("groups: [{ service: daemon, match: { pid_file: '\(path)' } }]")
        try host.put(
            .init(pid: 4801, name: "daemon", command: "daemon", userTicks: 10),
            .init(pid: 4802, parent: 4801, name: "daemon", command: "daemon", userTicks: 20, startTicks: 329_001),
            .init(pid: 4900, name: "daemon", command: "daemon", userTicks: 500, startTicks: 329_002))
        try host.folder.write("4801\n", to: "daemon.pid")
        for _ in 0..<3 { host.turn(groups) }
        #expect(processes(groups) == [2])
        try host.folder.write("4900\n", to: "daemon.pid")
        host.turn(groups)
        let reading = try #require(host.look(groups).first).reading
        // What it had used before is not the group's, and what the others had stays.
        #expect(reading.processes == 1 && reading.account.ended == 2 && reading.account.used.userTicks == 30)
        try FileManager.default.removeItem(atPath: path)
        host.turn(groups)
        #expect(processes(groups) == [0])
        try host.folder.write("4801\n", to: "daemon.pid")
        host.turn(groups)
        #expect(processes(groups) == [2])
    }

    @Test func `the log says what hides processes, where a group has none`() throws {
        try FileManager.default.createDirectory(atPath: host.folder.path("host/proc/self"), withIntermediateDirectories: true)
        try host.folder.write(
            "24 1 0:22 / \(host.root.proc) rw,nosuid - proc proc rw,gid=27,hidepid=invisible\n", to: "host/proc/self/mountinfo")
        let yaml = "groups: [{ service: nginx, match: { executable: nginx } }]"
        let line = "no process matches a group; apus-agent check-config --processes shows who is matched"
        host.turn(try host.groups(yaml))
        let hidden = try #require(host.log.lines(line).first?["hidden"])
        #expect(hidden.contains("gid=27,hidepid=invisible, which hides processes of other users from the agent's user: give"))
        let census = try GroupCensus(of: WatchFile.parse(Array(yaml.utf8), path: "watch.yaml"), root: host.root)
        #expect(census.lines.contains { $0.contains("no process matches") && $0.contains("hidepid=invisible") })
        // Who sees the first process is in the group of gid=, or root.
        try host.put(.init(pid: 1, parent: 0, name: "systemd", command: "/sbin/init"))
        host.turn(try host.groups(yaml))
        #expect(host.log.lines(line).last.map { $0["hidden"] == nil } == true)
    }
}
