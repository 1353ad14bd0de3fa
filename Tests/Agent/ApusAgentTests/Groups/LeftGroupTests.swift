import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// Processes that leave their groups while they live, and what their parents take over of them later.
@Suite(.timeLimit(.minutes(3))) struct LeftGroupTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    /// How a worker leaves the group of its master, or of its own.
    enum Way: String, CaseIterable {
        case name
        case command
        case controlGroup
        case pidFile
        case reload
        case placeOfProcess
        case placeOfGroup

        /// What the configuration file says.
        func file(_ pidFile: String) -> String {
            switch self {
            case .name: "groups: [{ service: shop, match: { executable: app }, descendants: false }]"
            case .command, .reload: "groups: [{ service: shop, match: { command: '^shop' }, descendants: false }]"
            case .controlGroup:
                "groups: [{ service: shop, match: { cgroup: /shop.slice, executable: app }, descendants: false }]"
            case .pidFile:
                "groups: [{ service: shop, match: [{ command: '^shop master' }, { pid_file: '\(pidFile)' }], descendants: false }]"
            case .placeOfProcess:
                "groups: [{ service: late, match: { command: late } }, { service: shop, instance: '${n}', match: { command: '^(?<n>shop)' }, descendants: false }]"
            case .placeOfGroup:
                "groups: [{ service: shop, match: { command: '^shop master' }, descendants: false }, { service: job, instance: '${n}', match: { command: '^shop (?<n>worker)' } }]"
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `what a process had used before it left counts once when its parent has waited for it`(_ way: Way) throws {
        let pidFile = host.folder.path("worker.pid")
        try host.folder.write("4802\n", to: "worker.pid")
        let groups = ProcessGroups(
            try file(way.file(pidFile)), retention: .seconds(3600), root: host.root, mostGroups: 2,
            descriptors: way == .placeOfProcess ? 4 : nil, logger: host.log.logger, at: host.time.now)
        func process(_ pid: Int32, of parent: Int32, _ command: String, start: Int) -> FixtureHost.Process {
            .init(
                pid: pid, parent: parent, name: "app", command: command, minorFaults: 20, startTicks: start,
                controlGroup: "/shop.slice/one.scope")
        }
        var master = process(4801, of: 1, "shop master", start: 329_000)
        var worker = process(4802, of: 4801, "shop worker", start: 329_001)
        try host.put(master, worker)
        for _ in 0..<3 { host.turn(groups) }
        worker.userTicks = 100
        try host.put(worker)
        func shop() -> GroupReading? { host.look(groups).first { $0.identity.service == "shop" }?.reading }
        func processes() -> Int { host.look(groups).reduce(0) { $0 + $1.reading.processes } }
        let before = try #require(shop()?.account.used.userTicks)
        #expect(processes() == 2 && before == (way == .placeOfGroup ? 0 : 100))

        try leave(&worker, by: way, groups)
        host.turn(groups)
        #expect(shop()?.account.used.userTicks == before)
        #expect(processes() == (way == .placeOfProcess ? 2 : 1))
        // Of no group, until its parent waits for it.
        worker.userTicks = 150
        try host.put(worker)
        #expect(shop()?.account.used.userTicks == before)
        try host.remove(4802)
        (master.childrenUserTicks, master.childrenMinorFaults) = (150, 20)
        try host.put(master)
        #expect(shop()?.account.used.userTicks == before + 50)
        host.turn(groups)
        #expect(shop()?.account.used.userTicks == before + 50)
    }

    private func file(_ yaml: String) throws -> WatchFile { try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml") }

    private func leave(_ worker: inout FixtureHost.Process, by way: Way, _ groups: ProcessGroups) throws {
        switch way {
        case .name: (worker.name, worker.command) = ("other", "other")
        case .command: worker.command = "other"
        case .controlGroup: worker.controlGroup = "/user.slice/one.scope"
        case .pidFile: try host.folder.write("4700\n", to: "worker.pid")
        case .reload:
            groups.watch(
                try file("groups: [{ service: shop, match: { command: '^shop master' }, descendants: false }]"),
                at: host.time.now)
        case .placeOfProcess: try host.put(.init(pid: 4803, name: "late", command: "late", startTicks: 330_000))
        case .placeOfGroup:
            groups.watch(
                try file(
                    "groups: [{ service: shop, match: { command: '^shop master' }, descendants: false }, { service: late, match: { command: late } }]"
                ), at: host.time.now)
        }
        try host.put(worker)
    }

    @Test(arguments: [false, true])
    func `what a process and its child had used counts once when it leaves, alone or with the child`(_ isAlone: Bool) throws {
        let groups = try host.groups("groups: [{ service: shop, match: { command: '^shop' }, descendants: false }]")
        func process(_ number: Int32, _ command: String, own: Int, inherited: Int = 0) -> FixtureHost.Process {
            .init(
                pid: 4800 + number, parent: number == 1 ? 1 : 4799 + number, name: "app", command: command, userTicks: own,
                childrenUserTicks: inherited, minorFaults: 20, childrenMinorFaults: inherited == 0 ? 0 : 60,
                startTicks: 329_000 + Int(number))
        }
        func used() -> Int64? { host.look(groups).first?.reading.account.used.userTicks }
        try host.put(process(1, "shop master", own: 1), process(2, "shop pool", own: 20), process(3, "shop tool", own: 40))
        for _ in 0..<3 { host.turn(groups) }
        #expect(used() == 61 && host.look(groups).first?.reading.processes == 3)
        try host.put(process(2, "pool", own: 20), process(3, isAlone ? "shop tool" : "tool", own: 40))
        host.turn(groups)
        #expect(used() == 61 && host.look(groups).first?.reading.processes == (isAlone ? 2 : 1))
        try host.remove(4803)
        try host.put(process(2, "pool", own: 20, inherited: 40))
        #expect(used() == 61)
        try host.remove(4802)
        try host.put(process(1, "shop master", own: 1, inherited: 60))
        #expect(used() == 61)
    }

    @Test func `what a process had used is not counted again when a shell between it and its group's master hands it on`()
        throws
    {
        let groups = try host.groups("groups: [{ service: shop, match: { command: '^shop' }, descendants: false }]")
        var (master, shell) = (
            FixtureHost.Process(pid: 4801, name: "app", command: "shop master", userTicks: 1, minorFaults: 20),
            FixtureHost.Process(
                pid: 4802, parent: 4801, name: "sh", command: "sh -c shop", userTicks: 2, minorFaults: 20, startTicks: 329_001)
        )
        func used() -> Int64? { host.look(groups).first?.reading.account.used.userTicks }
        try host.put(master, shell)
        for _ in 0..<3 { host.turn(groups) }
        try host.put(
            .init(
                pid: 4803, parent: 4802, name: "app", command: "shop worker", userTicks: 40, minorFaults: 20,
                startTicks: 723_000))
        #expect(used() == 1)
        try host.put(
            .init(
                pid: 4803, parent: 4802, name: "app", command: "shop worker", userTicks: 60, minorFaults: 20,
                startTicks: 723_000))
        #expect(used() == 21)
        try host.remove(4803)
        (shell.childrenUserTicks, shell.childrenMinorFaults) = (60, 20)
        try host.put(shell)
        #expect(used() == 21)
        try host.remove(4802)
        (master.childrenUserTicks, master.childrenMinorFaults) = (62, 40)
        try host.put(master)
        // What the shell had used itself comes with the master, which has waited for it.
        #expect(used() == 23)
    }

    @Test func `a process that leaves and comes back does not count again what had counted, in whichever group`() throws {
        let groups = try host.groups(
            "groups: [{ service: job, instance: 'job-${n}', match: { command: '^worker job (?<n>[0-9]+)' } }]")
        func used(_ command: String, at ticks: Int) throws -> [String: Int64] {
            try host.put(.init(pid: 4801, name: "worker", command: command, userTicks: ticks))
            host.turn(groups)
            return Dictionary(
                uniqueKeysWithValues: host.look(groups).map { ($0.identity.instance, $0.reading.account.used.userTicks) })
        }
        #expect(try used("worker job 1", at: 10) == ["job-1": 10])
        // What it used until it was seen to have left is the group's that it was of, as where it goes to another one.
        #expect(try used("worker rests", at: 13) == ["job-1": 13])
        #expect(try used("worker job 2", at: 20) == ["job-1": 13, "job-2": 0])
        #expect(try used("worker job 2", at: 24) == ["job-1": 13, "job-2": 4])
        #expect(try used("worker rests", at: 24) == ["job-1": 13, "job-2": 4])
        #expect(try used("worker job 1", at: 25) == ["job-1": 13, "job-2": 4])
        #expect(try used("worker job 1", at: 27) == ["job-1": 15, "job-2": 4])
    }

    @Test func `a process that began after the last turn, leaves and comes back does not count anew`() throws {
        let groups = try host.groups("groups: [{ service: shop, match: { executable: app } }]")
        host.turn(groups)
        func used(_ name: String, at ticks: Int) throws -> Int64? {
            let start = Int(TestTime.start.sinceBoot / 10_000_000) + 1550
            try host.put(.init(pid: 4801, name: name, command: name, userTicks: ticks, startTicks: start))
            return host.look(groups).first?.reading.account.used.userTicks
        }
        #expect(try used("app", at: 10) == 10)
        #expect(try used("other", at: 12) == 12)
        try host.put(.init(pid: 4801, name: "app", command: "app", userTicks: 15, startTicks: 721_550))
        host.turn(groups)
        #expect(try used("app", at: 16) == 13)
    }

    @Test func `a child that runs another program, ends and is waited for is in its group's CPU time once`() throws {
        let mark = "apus-\(UUID().uuidString)"
        let groups = ProcessGroups(
            try file("groups: [{ service: burner, match: { command: '\(mark)' }, descendants: false }]"),
            retention: .seconds(300),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, at: AgentClock.system.now())
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/python3")
        program.arguments = [
            "-c",
            "import os, signal, sys, time\n"
                + """
                seen, go = os.pipe()
                child = os.fork()
                if child == 0:
                    os.close(go)
                    while time.process_time() < 0.8: pass
                    print("burnt", flush=True)
                    os.read(seen, 1)
                    os.execv("/bin/sleep", ["sleep", "50"])
                sys.stdin.readline()
                os.close(go)
                sys.stdin.readline()
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                print("waited", flush=True)
                sys.stdin.read()
                """, mark,
        ]
        let (input, output) = (Pipe(), Pipe())
        (program.standardInput, program.standardOutput) = (input, output)
        try program.run()
        // At the end of its input it ends the child as well.
        defer {
            try? input.fileHandleForWriting.close()
            program.waitUntilExit()
        }
        func look() -> (processes: Int, seconds: Double)? {
            usleep(60_000)
            return groups.look(at: AgentClock.system.now()).first.map { served in
                let used = served.reading.account.used
                return (served.reading.processes, Double(used.userTicks + used.systemTicks) / KernelRoot.live.ticksPerSecond)
            }
        }
        var heard = ""
        func says(_ word: String) -> Bool {
            while !heard.contains("\(word)\n"), case let some = output.fileHandleForReading.availableData, !some.isEmpty {
                heard += String(decoding: some, as: UTF8.self)
            }
            return heard.contains("\(word)\n")
        }
        groups.tick(at: AgentClock.system.now())
        try #require(says("burnt"))
        let before = try #require(look())
        #expect(before.processes == 2 && before.seconds > 0.7)
        input.fileHandleForWriting.write(Data("leave\n".utf8))
        #expect(
            comesTrue(within: .seconds(10)) {
                groups.tick(at: AgentClock.system.now())
                return look()?.processes == 1
            })
        input.fileHandleForWriting.write(Data("end\n".utf8))
        try #require(says("waited"))
        let after = try #require(look())
        #expect(after.processes == 1 && after.seconds < before.seconds + 0.4, "\(before) \(after)")
    }
}
