import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct ProcessFactsTests {
    @Test func `a process is seen as it was started`() async throws {
        let sleeper = try RunningProgram("/usr/bin/env", ["sleep", "300"])
        try await eventually("the program runs") { (try? ProcessFacts(of: sleeper.pid, root: .live))?.name == "sleep" }
        let facts = try ProcessFacts(of: sleeper.pid, root: .live)
        #expect(facts.pid == sleeper.pid)
        #expect(facts.executable.map { $0.hasSuffix("/sleep") || $0.hasSuffix("/coreutils") } == true)
        #expect(facts.command == "sleep 300")
        #expect(facts.user == geteuid())
        let own = try ProcessFacts(of: getpid(), root: .live)
        #expect(facts.controlGroup == own.controlGroup && facts.unit == own.unit)
    }

    @Test func `the user is the one that it acts as`() async throws {
        try #require(geteuid() == 0)
        let sleeper = try RunningProgram("setpriv", ["--reuid=65534", "--clear-groups", "sleep", "300"])
        try await eventually("the program runs") { (try? ProcessFacts(of: sleeper.pid, root: .live))?.name == "sleep" }
        #expect(try ProcessFacts(of: sleeper.pid, root: .live).user == 65534)
    }

    @Test func `a removed program keeps its path`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("worker")
        try FileManager.default.copyItem(atPath: try Command.path(of: "sleep"), toPath: path)
        let sleeper = try RunningProgram(path, ["300"])
        try await eventually("the program runs") { (try? ProcessFacts(of: sleeper.pid, root: .live))?.name == "worker" }
        try folder.remove("worker")
        #expect(try ProcessFacts(of: sleeper.pid, root: .live).executable.map { $0.hasSuffix("/worker") } == true)
    }

    @Test func `of arguments 4096 bytes are read`() async throws {
        // A number, which sleep(1) adds to the other.
        let sleeper = try RunningProgram("/usr/bin/env", ["sleep", "300", String(repeating: "0", count: 10_000)])
        try await eventually("the program runs") { (try? ProcessFacts(of: sleeper.pid, root: .live))?.name == "sleep" }
        let command = try #require(try ProcessFacts(of: sleeper.pid, root: .live).command)
        #expect(command.utf8.count == 4096 && command.hasPrefix("sleep 300 000"))
    }

    /// A Python program that calls its first thread `redis-server` and ends it, while another one goes on or ends as well.
    private func headless(endsWhole: Bool) throws -> RunningProgram {
        try RunningProgram(
            "/usr/bin/python3",
            [
                "-c",
                "import ctypes, os, threading, time\n"
                    + """
                    libc = ctypes.CDLL(None)
                    libc.prctl(15, b"redis-server", 0, 0, 0)
                    if \(endsWhole ? "True" : "False"):
                        child = os.fork()
                        if child == 0: os._exit(0)
                        print(child, flush=True)
                        time.sleep(300)
                    threading.Thread(target=lambda: time.sleep(300)).start()
                    libc.syscall(60, 0)
                    """,
            ])
    }

    @Test func `a process whose first thread has ended runs what the others run`() async throws {
        let program = try headless(endsWhole: false)
        defer { program.signal(SIGKILL) }
        try await eventually("its first thread has ended") {
            try String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8).contains(") Z ")
        }
        let facts = try ProcessFacts(of: program.pid, root: .live)
        #expect(facts.name == "redis-server" && !facts.hasEnded)
        #expect(facts.executable?.contains("/python3") == true && facts.command?.contains("threading.Thread") == true)
        // What another process of the same program has.
        let twin = try RunningProgram("/usr/bin/python3", ["-c", "__import__('time').sleep(300)"])
        defer { twin.signal(SIGKILL) }
        try await eventually("the twin runs") {
            (try? ProcessFacts(of: twin.pid, root: .live))?.command?.contains("sleep") == true
        }
        #expect(ProcessMark(of: program.pid, .executable, root: .live) == ProcessMark(of: twin.pid, .executable, root: .live))
        let all: ProcessMark.Aspects = [.user, .executable, .firstArgument, .command, .controlGroups]
        #expect(ProcessMark(of: program.pid, all, root: .live) == ProcessMark(of: program.pid, all, root: .live))
        #expect(ProcessMark(of: program.pid, .executable, root: .live) != ProcessMark(of: getpid(), .executable, root: .live))
    }

    @Test func `a process whose first thread has ended is in the control group of the others`() async throws {
        let (before, after) = (try TestControlGroup(), try TestControlGroup())
        func enter(_ pid: Int32, _ group: TestControlGroup) throws {
            for file in group.entrances { try "\(pid)".write(toFile: file, atomically: false, encoding: .utf8) }
        }
        let program = try headless(endsWhole: false)
        defer {
            program.signal(SIGKILL)
            _ = program.wait()
            for group in [before, after] { _ = comesTrue(within: .seconds(5)) { group.remove() } }
        }
        try enter(program.pid, before)
        let watched = try WatchedProcess(pid: program.pid)
        #expect(try watched.controlGroups().groups.path == before.path)
        try await eventually("its first thread has ended") {
            try String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8).contains(") Z ")
        }
        _ = try watched.observe()
        let mark = ProcessMark(of: program.pid, .controlGroups, root: .live)
        #expect(try watched.controlGroups().groups.path == before.path)
        #expect(try ProcessFacts(of: program.pid, root: .live).controlGroup == before.path)
        try enter(program.pid, after)
        #expect(try watched.controlGroups().groups.path == after.path)
        #expect(try ProcessFacts(of: program.pid, root: .live).controlGroup == after.path)
        #expect(ProcessMark(of: program.pid, .controlGroups, root: .live) != mark)
    }

    @Test func `a zombie runs no program, and a thread of the kernel never did`() async throws {
        let program = try headless(endsWhole: true)
        defer { program.signal(SIGKILL) }
        try await eventually("a child has ended") { program.output.hasSuffix("\n") }
        let zombie = try #require(Int32(program.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await eventually("it is a zombie") {
            try String(contentsOfFile: "/proc/\(zombie)/stat", encoding: .utf8).contains(") Z ")
        }
        let facts = try ProcessFacts(of: zombie, root: .live)
        #expect(facts.name == "redis-server" && facts.executable == nil && facts.command == "" && facts.hasEnded)
        guard let kernel = try? ProcessFacts(of: 2, root: .live), kernel.name == "kthreadd" else { return }
        #expect(!kernel.hasEnded && kernel.executable == nil)
    }

    @Test func `a process that is gone is an error`() throws {
        let ended = try RunningProgram("/bin/true", [])
        _ = ended.wait()
        let error = #expect(throws: LinuxError.self) { try ProcessFacts(of: ended.pid, root: .live) }
        #expect(error?.isProcessGone == true)
    }

    /// A captured process with what its files hold.
    private func captured(_ files: [String: String], controlGroups: [String] = []) throws -> ProcessFacts {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(text, to: "proc/4711/\(name)") }
        for name in controlGroups { try folder.write("", to: "sys/fs/cgroup/\(name)") }
        return try ProcessFacts(of: 4711, root: KernelRoot(folder.path, ticksPerSecond: 100, pageSize: 4096))
    }

    @Test func `unit and control group are those of the process; a removed group keeps its path`() throws {
        let facts = try captured([
            "comm": "node\n", "cmdline": "node\0/srv/1/server.js\0\0\0",
            "cgroup": "0::/system.slice/system-checkout.slice/checkout@1.service (deleted)\n",
        ])
        #expect(
            facts
                == ProcessFacts(
                    pid: 4711, name: "node", executable: nil, command: "node /srv/1/server.js", user: geteuid(), unit: nil,
                    controlGroup: "/system.slice/system-checkout.slice/checkout@1.service"))
        let named = try captured(
            ["comm": "node\n", "cgroup": "0::/system.slice/x (deleted)\n"],
            controlGroups: ["cgroup.controllers", "system.slice/x (deleted)/cgroup.procs"])
        #expect(named.controlGroup == "/system.slice/x (deleted)")
        let live = try captured(["comm": "node\n", "cmdline": "", "cgroup": "0::/system.slice/checkout@1.service/worker\n"])
        #expect(live.unit == "checkout@1.service" && live.command == "")
        let old = try captured(["comm": "a b\n", "cgroup": "4:memory:/x\n1:name=systemd:/system.slice/old.service\n"])
        #expect(old.unit == "old.service" && old.controlGroup == "/system.slice/old.service" && old.name == "a b")
    }

    @Test func `what cannot be read of a process is not there`() throws {
        let facts = try captured(["comm": "node\n"])
        #expect(facts.executable == nil && facts.command == "" && facts.unit == nil && facts.controlGroup == nil)
        #expect(throws: LinuxError.self) { try captured([:]) }
    }
}
