import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// Processes that have not run since the look before, of which nothing is read again.
@Suite struct RestingProcessTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    private func process(_ change: (inout FixtureHost.Process) -> Void = { _ in }) -> FixtureHost.Process {
        var process = FixtureHost.Process(pid: 4800, runs: 3)
        change(&process)
        return process
    }

    /// CPU time in clock ticks, and bytes that were written.
    private func figures(_ groups: ProcessGroups) -> [Int?] {
        let used = host.look(groups).first?.reading.account.used
        return [used.map { Int($0.userTicks) }, used.map { Int($0.writtenBytes) }]
    }

    /// Groups that have looked at a process until they know that it does nothing.
    private func rested(_ process: FixtureHost.Process) throws -> ProcessGroups {
        try host.put(process)
        let groups = try host.groups("groups: [{ service: web, match: { command: nginx } }]")
        for _ in 0..<4 { #expect(figures(groups) == [process.userTicks, process.writtenBytes]) }
        return groups
    }

    @Test func `are as they were until they run, and read whole at each turn of the sampling loop`() throws {
        let groups = try rested(process())
        // Nothing in a kernel changes so: what is not read is not seen.
        try host.put(process { ($0.userTicks, $0.writtenBytes) = (50, 4096) })
        #expect(figures(groups) == [0, 0])
        try host.put(process { ($0.userTicks, $0.writtenBytes, $0.runs) = (50, 4096, 4) })
        #expect(figures(groups) == [50, 4096])
        for _ in 0..<4 { _ = figures(groups) }
        try host.put(process { ($0.userTicks, $0.writtenBytes, $0.runs) = (60, 8192, 4) })
        #expect(figures(groups) == [50, 4096])
        host.turn(groups)
        #expect(figures(groups) == [60, 8192])
    }

    @Test(arguments: ["running", "with a second thread", "of a kernel that does not count"])
    func `are none of these, which are read at each look`(kind: String) throws {
        let change: (inout FixtureHost.Process) -> Void = { process in
            switch kind {
            case "running": process.state = "R"
            case "with a second thread": process.threads = 2
            default: process.runs = nil
            }
        }
        let groups = try rested(process(change))
        try host.put(
            process {
                change(&$0)
                ($0.userTicks, $0.writtenBytes) = (50, 4096)
            })
        #expect(figures(groups) == [50, 4096])
    }

    @Test func `that end while they rest are gone`() throws {
        let groups = try rested(process { $0.userTicks = 50 })
        try host.remove(4800)
        let reading = try #require(host.look(groups).first?.reading)
        #expect(reading.processes == 0 && reading.account.ended == 1 && reading.account.used.userTicks == 50)
    }

    @Test func `whose parent ends have another one, which takes over what they used once and not twice`() throws {
        let (above, parent) = (FixtureHost.Process(pid: 4790, runs: 9), FixtureHost.Process(pid: 4795, parent: 4790, runs: 5))
        let child = FixtureHost.Process(pid: 4800, parent: 4795, userTicks: 50, minorFaults: 20, startTicks: 330_000, runs: 3)
        try host.put(above, parent, child)
        let groups = try host.groups("groups: [{ service: web, match: { command: nginx } }]")
        for _ in 0..<4 { #expect(figures(groups)[0] == 50) }
        // A zombie of which nobody has asked yet: its child is another's at once, and has not run for that.
        var (zombie, moved) = (parent, child)
        (zombie.state, zombie.runs, moved.parent) = ("Z", 6, 4790)
        try host.put(zombie, moved)
        #expect(figures(groups)[0] == 50)
        try host.remove(4800)
        var heir = above
        (heir.childrenUserTicks, heir.childrenMinorFaults, heir.runs) = (50, 20, 10)
        try host.put(heir)
        #expect(figures(groups)[0] == 50)
    }

    @Test(.timeLimit(.minutes(3))) func `that run between two looks are seen with all that they did`() throws {
        let folder = try TemporaryFolder()
        let mark = "apus-\(UUID().uuidString)"
        let groups = ProcessGroups(
            try WatchFile.parse(Array("groups: [{ service: rest, match: { command: '\(mark)' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            at: AgentClock.system.now())
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/python3")
        program.arguments = [
            "-c",
            """
            files = []; number = 0
            while input():
                files.append(open("\(folder.path)/%d" % len(files), "wb", 0)); files[-1].write(bytes(1 << 20))
                for number in range(200_000): number += 1
                print(len(files), flush=True)
            """, mark,
        ]
        let (input, output) = (Pipe(), Pipe())
        program.standardInput = input
        program.standardOutput = output
        try program.run()
        defer {
            kill(program.processIdentifier, SIGKILL)
            program.waitUntilExit()
        }
        func work() throws {
            input.fileHandleForWriting.write(Data("go\n".utf8))
            _ = output.fileHandleForReading.availableData
            // It has said that it is done before it waits again.
            let rests = try comesTrue(within: .seconds(30)) {
                let stat = try String(contentsOfFile: "/proc/\(program.processIdentifier)/stat", encoding: .utf8)
                return stat.split(separator: ")").last?.hasPrefix(" S ") == true
            }
            try #require(rests)
        }
        func look() throws -> GroupReading {
            // Scrapes that come within 50 ms share one look.
            usleep(60_000)
            return try #require(groups.look(at: AgentClock.system.now()).first?.reading)
        }
        /// As the kernel says: of files in memory it counts nothing.
        func written() throws -> Int64 {
            let text = try String(contentsOfFile: "/proc/\(program.processIdentifier)/io", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("write_bytes: ") })
            return try #require(Int64(line.dropFirst("write_bytes: ".count)))
        }
        try work()
        for _ in 0..<4 { _ = try look() }
        for round in 1...5 {
            let (before, known) = (try look(), try written())
            try work()
            let after = try look()
            #expect(after.openFiles == before.openFiles.map { $0 + 1 }, "\(round)")
            #expect(after.account.used.writtenBytes - before.account.used.writtenBytes == (try written()) - known, "\(round)")
            #expect(after.residentBytes >= before.residentBytes)
            for _ in 0..<3 { #expect(try look().account == after.account) }
        }
    }
}
