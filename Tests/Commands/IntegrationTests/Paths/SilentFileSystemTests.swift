import Foundation
import Glibc
import HostTesting
import Testing

/// Agents whose pid files and programs lie on file systems that do not answer: of what waits for one not even SIGKILL ends the wait.
@Suite(.timeLimit(.minutes(4)), .enabled(if: getuid() == 0, "mounts need root")) struct SilentFileSystemTests {
    /// An agent that sees a file system.
    private struct Agent {
        let program: RunningProgram
        let port: Int
        private let url: String

        init(_ folder: TemporaryFolder, _ files: SilentFileSystem) throws {
            port = try LoopbackPort.free()
            url = "http://127.0.0.1:\(port)"
            program = try RunningProgram(
                files.inside[0],
                files.inside.dropFirst() + [
                    Executables.agent, "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval",
                    "200ms", "--config", folder.path("watch.yaml"), "--journal", "off", "--log", "stderr",
                ])
        }

        func wait() async throws {
            try await eventually("the agent serves: \(program.errors)") {
                (try? await HTTP.get("\(url)/health/live").status) == 200
            }
        }

        func scrape() async throws -> HTTP.Answer { try await HTTP.get("\(url)/metrics") }

        /// The turns of its sampling loop so far.
        func samples() async throws -> Double {
            try await scrape().values(of: "apus_agent_samples_total").values.first ?? 0
        }

        /// How many processes a group has; `nil` of one that is not served.
        func processes(_ group: String) async throws -> Double? {
            let values = try await scrape().values(of: "service_processes")
            let own = values.filter { $0.key.contains(#"service="\#(group)""#) }
            return own.isEmpty ? nil : own.values.reduce(0, +)
        }

        func has(_ group: String, _ number: Double) async throws {
            try await eventually("\(group) has \(number) processes: \(program.errors)") { try await processes(group) == number }
        }

        /// The processes that it has started to ask file systems.
        var children: [LinuxProcess] {
            LinuxProcess.children(of: program.pid).filter { $0.arguments.dropFirst().first == "path-child" }
        }
    }

    private func sleeper(_ seconds: Int, as name: String = "sleep") throws -> RunningProgram {
        try RunningProgram("bash", ["-c", "exec -a \(name) /bin/sleep \(seconds)"])
    }

    private func watch(_ folder: TemporaryFolder, _ groups: [String]) throws {
        try folder.write("groups:\n" + groups.map { "- {\($0)}\n" }.joined(), to: "watch.yaml")
    }

    @Test func `turns, scrapes and the end go on while a file system is silent, and so do groups`() async throws {
        let folder = try TemporaryFolder()
        let files = try await SilentFileSystem(in: folder)
        let mark = Int.random(in: 100_000_000..<900_000_000)
        let program = "prog-\(mark)"
        let daemon = try sleeper(mark)
        try files.write("\(daemon.pid)\n", to: "app.pid")
        try files.link(program, to: "/bin/sleep")
        let first = try sleeper(mark + 1, as: program)
        try watch(
            folder,
            [
                "service: filed, match: {pid_file: \(files.path("app.pid"))}",
                "service: linked, match: {executable: \(files.path(program))}",
                "service: other, match: {command: 'sleep \(mark + 2)'}",
            ])
        let agent = try Agent(folder, files)
        try await agent.wait()
        try await agent.has("filed", 1)
        try await agent.has("linked", 1)

        try files.fallSilent()
        try await eventually("the log says it: \(agent.program.errors)") {
            agent.program.errors.contains("a file system does not answer")
        }
        let (other, second) = (try sleeper(mark + 2), try sleeper(mark + 3, as: program))
        try await agent.has("other", 1)
        // What the file system has said before stands: new processes of the link's file, and who the pid file named.
        try await agent.has("linked", 2)
        try await agent.has("filed", 1)
        let samples = try await agent.samples()
        let start = ContinuousClock.now
        try await eventually("ten more turns") {
            let slowest = ContinuousClock.now
            let now = try await agent.samples()
            #expect(ContinuousClock.now - slowest < .seconds(2), "a scrape waits")
            return now >= samples + 10
        }
        // Turns come every 200 ms; one that waited for the file system would take two seconds at least.
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(try await HTTP.get("http://127.0.0.1:\(agent.port)/health/live").status == 200)
        #expect(agent.children.count == 1, "one process waits for one file system")
        let names = try agent.children.map { try String(contentsOfFile: "/proc/\($0.pid)/comm", encoding: .utf8) }
        #expect(names == ["apus-paths\n"])

        // The file names another process once the file system answers.
        let successor = try sleeper(mark + 4)
        try files.write("\(successor.pid)\n", to: "app.pid")
        try files.speak()
        try await eventually("the log says that as well: \(agent.program.errors)") {
            agent.program.errors.contains("a file system answers again")
        }
        try await eventually("the successor is in the group") {
            let started = try await agent.scrape().values(of: "service_processes_started_total")
            return started.first { $0.key.contains(#"service="filed""#) }?.value == 2
        }
        try await agent.has("filed", 1)
        try await eventually("no process stays behind") { agent.children.isEmpty }

        try files.fallSilent()
        try await eventually("a process waits: \(agent.program.errors)") { !agent.children.isEmpty }
        let end = ContinuousClock.now
        agent.program.signal(SIGTERM)
        #expect(try await agent.program.wait(.seconds(10)) == 0)
        #expect(ContinuousClock.now - end < .seconds(5))
        // Nobody holds its port.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var reuse: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(agent.port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(bound == 0 && listen(listener, 1) == 0, "errno \(errno)")
        for sleeper in [daemon, first, second, other, successor] { sleeper.stop() }
    }

    @Test func `an agent starts beside a silent file system, and check-config says which it is`() async throws {
        let folder = try TemporaryFolder()
        let files = try await SilentFileSystem(in: folder)
        let mark = Int.random(in: 100_000_000..<900_000_000)
        let (daemon, other) = (try sleeper(mark), try sleeper(mark + 1))
        defer { for one in [daemon, other] { one.stop() } }
        try files.write("\(daemon.pid)\n", to: "app.pid")
        try files.link("prog", to: "/bin/sleep")
        try watch(
            folder,
            [
                "service: filed, match: {pid_file: \(files.path("app.pid"))}",
                "service: linked, match: {executable: \(files.path("prog")), command: ' \(mark)'}",
                "service: other, match: {command: 'sleep \(mark + 1)'}",
            ])
        try files.fallSilent()
        let start = ContinuousClock.now
        let path = folder.path("watch.yaml")
        let check = try await Command.runApart(
            files.inside[0], files.inside.dropFirst() + [Executables.agent, "check-config", "--processes", path])
        #expect(check.passed, "\(check.text)")
        let words = "“\(files.path("app.pid"))” is on the file system at \(files.mount) (fuse), which does not answer"
        #expect(check.output.contains("\(path):2:") && check.output.contains("pid_file: \(words)"), "\(check.text)")
        #expect(
            check.output.contains("\(path):3:") && check.output.contains("executable: “\(files.path("prog"))” is on"),
            "\(check.text)")
        #expect(check.output.contains("other/other: 1 process: \(other.pid)"), "\(check.text)")
        #expect(check.output.contains("line 2; \(files.path("app.pid")) is on the file system at"), "\(check.text)")
        // Two seconds for the first path; the other one is of the same file system.
        #expect(ContinuousClock.now - start < .seconds(8))

        let begin = ContinuousClock.now
        let agent = try Agent(folder, files)
        try await agent.wait()
        #expect(ContinuousClock.now - begin < .seconds(10))
        try await agent.has("other", 1)
        #expect(try await agent.processes("filed") == 0)
        // A reload waits for nobody either.
        agent.program.signal(SIGHUP)
        try await eventually("it has reloaded: \(agent.program.errors)") { agent.program.errors.contains("reloaded") }
        try files.speak()
        try await agent.has("filed", 1)

        // One whose server has ended says nothing of a path, which is not that there is none.
        files.die()
        try await eventually("the log says why: \(agent.program.errors)") {
            agent.program.errors.contains("fault=Transport endpoint is not connected")
        }
        let samples = try await agent.samples()
        try await eventually("some turns") { try await agent.samples() > samples + 5 }
        #expect(try await agent.processes("filed") == 1)
        agent.program.stop()
    }

    @Test func `what one file system does not say holds up no other, and whoever has taken the number of a process is not it`()
        async throws
    {
        let folder = try TemporaryFolder()
        let files = try await SilentFileSystem(in: folder)
        let others = try await SilentFileSystem("spoken", in: folder, beside: files)
        let mark = Int.random(in: 100_000_000..<900_000_000)
        let (daemon, other) = (try sleeper(mark), try sleeper(mark + 1))
        try files.write("\(daemon.pid)\n", to: "app.pid")
        try others.write("\(other.pid)\n", to: "other.pid")
        try watch(
            folder,
            [
                "service: filed, match: {pid_file: \(files.path("app.pid"))}",
                "service: spoken, match: {pid_file: \(others.path("other.pid"))}",
            ])
        let agent = try Agent(folder, files)
        try await agent.wait()
        try await agent.has("filed", 1)
        try await agent.has("spoken", 1)
        try files.fallSilent()
        try await eventually("a process waits: \(agent.program.errors)") {
            agent.program.errors.contains("a file system does not answer")
        }
        other.stop()
        try await agent.has("spoken", 0)
        let next = try sleeper(mark + 2)
        try others.write("\(next.pid)\n", to: "other.pid")
        try await agent.has("spoken", 1)

        // The number of the process that the silent file named last goes to another one.
        daemon.stop()
        try await agent.has("filed", 0)
        var thief: RunningProgram?
        try await eventually("another process has the number \(daemon.pid)", within: .seconds(60)) {
            thief?.stop()
            try "\(daemon.pid - 1)".write(toFile: "/proc/sys/kernel/ns_last_pid", atomically: false, encoding: .utf8)
            thief = try RunningProgram("sleep", ["\(mark + 3)"])
            return thief?.pid == daemon.pid
        }
        let samples = try await agent.samples()
        try await eventually("some turns") {
            try await agent.samples() > samples + 5
        }
        #expect(try await agent.processes("filed") == 0)
        for one in [next, thief] { one?.stop() }
        agent.program.stop()
    }
}
