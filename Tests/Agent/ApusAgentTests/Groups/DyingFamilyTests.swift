import ApusAgent
import Foundation
import HostTesting
import Logging
import Testing

/// A family of which somebody ends at all times.
@Suite(.timeLimit(.minutes(3))) struct DyingFamilyTests {
    private static let children = 800

    /// Ends a child every 4 ms and takes note of it, so that the kernel adds what it had used to the parent's own.
    private static let program =
        "import os, signal, sys, time\n"
            + """
            pids = []
            for _ in range(\(children)):
                pid = os.fork()
                if pid == 0:
                    time.sleep(60)
                    os._exit(0)
                pids.append(pid)
            print("ready", flush=True)
            sys.stdin.readline()
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                time.sleep(0.004)
            """

    @Test func `holds up no look until all of it has ended`() throws {
        let mark = "apus-\(UUID().uuidString)"
        let groups = ProcessGroups(
            try WatchFile.parse(Array("groups: [{ service: family, match: { command: '\(mark)' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            at: AgentClock.system.now())
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/python3")
        program.arguments = ["-c", Self.program, mark]
        let (input, output) = (Pipe(), Pipe())
        (program.standardInput, program.standardOutput) = (input, output)
        try program.run()
        defer {
            program.terminate()
            program.waitUntilExit()
        }
        var said = Data()
        while !said.contains(UInt8(ascii: "\n")), case let some = output.fileHandleForReading.availableData, !some.isEmpty {
            said += some
        }
        #expect(said == Data("ready\n".utf8))
        groups.tick(at: AgentClock.system.now())
        #expect(groups.look(at: AgentClock.system.now()).first?.reading.processes == Self.children + 1)
        try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
        let path = "/proc/\(program.processIdentifier)/task/\(program.processIdentifier)/children"
        func alive() throws -> Int {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: " ").count
        }
        try #require(comesTrue(within: .seconds(10)) { ((try? alive()) ?? 0) < Self.children })
        groups.tick(at: AgentClock.system.now())
        #expect(try alive() > 0)
        try #require(comesTrue(within: .seconds(30)) { ((try? alive()) ?? 0) == 0 })
        groups.tick(at: AgentClock.system.now())
        let last = try #require(groups.look(at: AgentClock.system.now()).first).reading
        #expect(last.account.ended == UInt64(Self.children) || last.account.ended == UInt64(Self.children) + 1)
    }
}
