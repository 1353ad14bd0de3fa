import AgentMetrics
import ApusLinux
import ApusProbes
import Foundation
import Glibc
import HostTesting
import NIOCore
import Testing

/// What a child is, whatever it asks.
@Suite struct ProbeChildTests {
    @Test func `a child has its socket and nothing else, no environment, and bounds`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("1", to: "backup.dump")
        // A descriptor that a careless library has left open to children.
        let stray = open("/dev/null", O_RDONLY)
        defer { close(stray) }
        let child = try AskedChild.file(folder.path("*.dump"))
        #expect(try await child.ask().file?.count == 1)
        let pid = try #require(try await child.childID())
        let descriptors = try FolderNames.read("/proc/\(pid)/fd").sorted()
        #expect(descriptors == ["0", "1", "2"])
        #expect(try Self.text(pid, "environ") == "LC_ALL=C\0HOME=/nonexistent\0")
        #expect(try Self.text(pid, "cmdline") == "apus-agent\0probe-child\0\(getpid())\0")
        let limits = try Self.text(pid, "limits").split(separator: "\n")
        func limit(_ name: String) -> String? {
            limits.first { $0.hasPrefix(name) }.map { String($0.dropFirst(26).split(separator: " ")[0]) }
        }
        #expect(limit("Max core file size") == "0")
        #expect(limit("Max file size") == "0")
        #expect(limit("Max open files") == "64")
        let data = try #require(limit("Max data size").flatMap { Int($0) })
        #expect(data < 256 << 20)
        #expect(try Self.text(pid, "oom_score_adj") == "1000\n")
        let status = try Self.text(pid, "status")
        #expect(status.contains("NoNewPrivs:\t1"))
        #expect(status.contains("SigBlk:\t0000000000000000"))
        // Its memory is shown to nobody: its files are root's, whoever it runs as.
        #expect(try Self.text(pid, "stat").split(separator: " ")[4] == "\(pid)", "it has a process group of its own")
    }

    @Test func `a child is kept for the next attempt, and ends with its probe`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("1", to: "a")
        var child: AskedChild? = try AskedChild.file(folder.path("a"))
        _ = try await child?.ask()
        let first = try #require(try await child?.childID())
        _ = try await child?.ask()
        #expect(try await child?.childID() == first)
        child = nil
        try await eventually("the end of \(first)") {
            ChildLedger.sweep(); return kill(first, 0) != 0
        }
    }

    @Test func `a child that was ended by the kernel is told of, and another one asks next time`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("1", to: "a")
        let child = try AskedChild.file(folder.path("a"))
        _ = try await child.ask()
        let first = try #require(try await child.childID())
        kill(first, SIGKILL)
        try await eventually("the end of \(first)") { try await child.childID() == nil }
        #expect(try await child.ask().file?.count == 1)
        #expect(try await child.childID() != first)
        try await eventually("that nobody is left") {
            ChildLedger.sweep(); return kill(first, 0) != 0
        }
    }

    @Test func `a child that was ended is reaped without another one being started`() async throws {
        let server = try HostileServer(.hangs)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        async let answer = child.ask(within: .seconds(30))
        try await eventually("a child") { try await child.childID() != nil }
        let pid = try #require(try await child.childID())
        try await child.cancel()
        #expect(try await answer.failure?.reason == .timeout)
        // Nobody sweeps but the ledger itself.
        try await eventually("that \(pid) is reaped", within: .seconds(10)) { kill(pid, 0) != 0 }
    }

    @Test(arguments: [
        (SIGKILL, ProbeFailureReason.agent, "MemoryMax="), (SIGTERM, .agent, "from outside"),
        (SIGSEGV, .limit, "takes more memory"),
    ])
    func `who has ended a child is told apart`(signal: Int32, reason: ProbeFailureReason, text: String) async throws {
        let server = try HostileServer(.hangs)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        async let answer = child.ask(within: .seconds(30))
        try await eventually("a child that asks") {
            guard let pid = try await child.childID() else { return false }
            return try Self.text(pid, "stat").contains("(apus-probe)")
        }
        kill(try #require(try await child.childID()), signal)
        let failure = try #require(try await answer.failure)
        #expect(failure.reason == reason && failure.text.contains(text), "\(failure)")
    }

    @Test func `an attempt that is cancelled ends with its child, and nothing of it stays`() async throws {
        let server = try HostileServer(.hangs)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        async let answer = child.ask(within: .seconds(30))
        try await eventually("a child") { try await child.childID() != nil }
        let pid = try #require(try await child.childID())
        try await child.cancel()
        #expect(try await answer.failure?.reason == .timeout)
        try await eventually("the end of \(pid)") {
            ChildLedger.sweep(); return kill(pid, 0) != 0
        }
    }

    @Test func `a hundred attempts leave no descriptor and no process behind`() async throws {
        let server = try HostileServer(.hangs)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        #expect(try await child.ask(within: .milliseconds(20)).failure?.reason == .timeout)
        let before = try Self.sockets()
        for _ in 0..<100 { #expect(try await child.ask(within: .milliseconds(5)).failure?.reason == .timeout) }
        try await eventually("that no process is left") { ChildLedger.count == 0 }
        // Other tests of this process open and close some meanwhile.
        #expect(try Self.sockets() < before + 50)
    }

    @Test func `a program that is not there is the agent's own fault`() async throws {
        let child = try AskedChild { loop, _ in ChildAsking(FileTarget(path: "/a"), on: loop, program: "/nonexistent/agent") }
        let failure = try await child.ask().failure
        #expect(failure?.reason == .agent)
        #expect(failure?.text == "/nonexistent/agent cannot be started: No such file or directory")
    }

    @Test func `a program that says nonsense, or without end, is ended`() async throws {
        for (program, reason) in [("/usr/bin/yes", ProbeFailureReason.limit), ("/usr/bin/true", .agent)] {
            let child = try AskedChild { loop, _ in ChildAsking(FileTarget(path: "/a"), on: loop, program: program) }
            #expect(try await child.ask().failure?.reason == reason)
            #expect(try await child.childID() == nil)
        }
    }

    @Test func `the program does not take part where nobody asks it as a child`() throws {
        let answer = try Command.run(AskedChild.program, ["probe-child", "1"])
        #expect(answer.status != 0)
        // Its parent is another one than it is told.
        #expect(try Command.run(AskedChild.program, ["probe-child", "1"]).output.isEmpty)
        #expect(try Command.run(AskedChild.program, ["probe-child", "1", "more"]).status == 64)
        #expect(ProbeChild.isAsked(for: ["apus-agent", "probe-child", "7"]))
    }

    static func text(_ pid: Int32, _ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)")), as: UTF8.self)
    }

    private static func sockets() throws -> Int { try FolderNames.read("/proc/self/fd").count }
}
