import Glibc
import HostTesting
import Testing

/// Agents and services that the kernel keeps apart, as containers do.
@Suite(.timeLimit(.minutes(2)), .enabled(if: getuid() == 0, "namespaces need root")) struct NamespaceTests {
    private static let instance = #"{service="formats",instance="formats-1"}"#

    /// Runs an agent by a command line in front of its own, on a socket that everybody may connect to.
    private func agent(_ before: [String], _ folder: TemporaryFolder) async throws -> (program: RunningProgram, url: String) {
        let port = try LoopbackPort.free()
        let program = try RunningProgram(
            before[0],
            before.dropFirst() + [
                Executables.agent, "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval",
                "200ms",
                "--hung-after", "3s", "--journal", "off", "--log", "stderr",
            ])
        let url = "http://127.0.0.1:\(port)/metrics"
        try await eventually("the agent answers: \(program.errors)") { (try? await HTTP.get(url).status) == 200 }
        return (program, url)
    }

    private func value(_ url: String, _ family: String, _ labels: String = instance) async throws -> Double? {
        try await HTTP.get(url).values(of: family)[labels]
    }

    @Test func `what reports from a pid namespace that is not seen is served with its own metrics, and its end is seen`()
        async throws
    {
        let folder = try TemporaryFolder()
        let (program, url) = try await agent(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"], folder)
        let service = try RunningProgram(Executables.reportingService, [folder.path("agent.sock")])
        try await eventually("it is up") { try await value(url, "apus_service_up") == 1 }
        #expect(try await value(url, "formats_paid_seconds_total") != nil)
        #expect(try await value(url, "apus_source_up", #"{source="stat"}"#) == 0)
        #expect(try await value(url, "apus_source_up", #"{source="report"}"#) == 1)
        #expect(program.errors.contains("the process is in a pid namespace that the agent does not see"))
        service.signal(SIGKILL)
        try await eventually("it is down") { try await value(url, "apus_service_up") == 0 }
    }

    @Test func `where there is no IPv6 the same places are listened on by IPv4, which the log says`() async throws {
        let folder = try TemporaryFolder()
        let script = """
            ip link set lo up
            echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6
            "$1" --listen localhost:9480 --listen '*:9481' --socket "$2/agent.sock" --log stderr 2>"$2/log" &
            for port in 9480 9481; do
                until curl -sf http://127.0.0.1:$port/health/live; do kill -0 $! && sleep 0.05 || exit 1; done
            done
            kill $!
            wait $!
            """
        let command = try await Command.runApart("unshare", ["-n", "sh", "-c", script, "sh", Executables.agent, folder.path])
        #expect(command.output == "live\nlive\n", "\(command.text)")
        let lines = try folder.read("log").split(separator: "\n").filter { $0.contains("no IPv6") }
        #expect(lines.count == 1 && lines.first?.contains("place=localhost:9480") == true)
    }

    @Test func `what hidepid hides is served with its own metrics, and the log says what helps`() async throws {
        let folder = try TemporaryFolder()
        let mount =
            "mount -t proc -o hidepid=invisible proc /proc && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\""
        try #require(chown(folder.path, 65_534, 65_534) == 0)
        let (program, url) = try await agent(["unshare", "--mount", "sh", "-c", mount, "sh"], folder)
        let service = try RunningProgram(Executables.reportingService, [folder.path("agent.sock")])
        defer { service.stop() }
        try await eventually("it is up") { try await value(url, "apus_service_up") == 1 }
        #expect(try await value(url, "formats_paid_seconds_total") != nil)
        #expect(try await value(url, "apus_source_up", #"{source="stat"}"#) == 0)
        #expect(program.errors.contains("hidepid=invisible, which hides the process from the agent's user"))
    }

    @Test(arguments: [1_000_000, -1])
    func `a process with another monotonic clock is hung when it is stopped, and only then`(offset: Int) async throws {
        let folder = try TemporaryFolder()
        let (program, url) = try await agent(["env"], folder)
        defer { program.stop() }
        // A clock can only be set back by less than the machine has run.
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let seconds = offset < 0 ? -now.tv_sec / 2 : offset
        let service = try RunningProgram(
            "unshare",
            [
                "--time", "--monotonic", "\(seconds)", "--fork", "--kill-child", "sh", "-c", "echo $$; exec \"$@\"", "sh",
                Executables.reportingService, folder.path("agent.sock"),
            ])
        defer { service.stop() }
        try await eventually("it is up") { try await value(url, "apus_service_up") == 1 }
        let pid = try #require(pid_t(service.output.split(separator: "\n").first ?? ""))
        #expect(try await value(url, "apus_service_hung") == 0)
        kill(pid, SIGSTOP)
        defer { kill(pid, SIGKILL) }
        try await eventually("it is hung", within: .seconds(20)) { try await value(url, "apus_service_hung") == 1 }
        kill(pid, SIGCONT)
        try await eventually("it runs again", within: .seconds(20)) { try await value(url, "apus_service_hung") == 0 }
    }

    /// Two clocks of one machine must not be taken for one that is set at each write.
    @Test(arguments: [-1, 3600])
    func `a worker with another boot time delivers at once, and moves nothing that waits`(offset: Int) async throws {
        let folder = try TemporaryFolder()
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        // A clock can only be set back by less than the machine has run.
        let seconds = offset < 0 ? -now.tv_sec / 2 : offset
        let port = try LoopbackPort.free()
        let common = ["--data", folder.path, "--log", "stderr"]
        let api = try RunningProgram(Executables.apus, ["api", "--instance", "api-1", "--port", "\(port)"] + common)
        defer { api.stop() }
        let base = "http://127.0.0.1:\(port)"
        try await eventually("it is ready: \(api.errors)") { (try? await HTTP.get("\(base)/health/ready").status) == 200 }
        let worker = try RunningProgram(
            "unshare",
            [
                "--time", "--fork", "--kill-child", "--boottime", "\(seconds)", Executables.apus, "worker", "--instance",
                "worker-1",
            ]
                + ["--poll-interval", "200ms"] + common)
        // unshare passes no other signal on.
        defer { worker.signal(SIGKILL) }
        try await eventually("it delivers: \(worker.errors)") { worker.errors.contains("delivering") }
        let refused = #"{"userId":"u1","channel":"webhook","webhookUrl":"http://127.0.0.1:9/","title":"t","body":"b"}"#
        #expect(try await HTTP.post("\(base)/notifications", refused).status == 202)
        try await eventually("an attempt failed") { worker.errors.contains("another follows") }
        // Each write of the one follows one of the other.
        for number in 1...5 {
            let text = #"{"userId":"u1","channel":"log","title":"number \#(number)","body":"b"}"#
            #expect(try await HTTP.post("\(base)/notifications", text).status == 202)
            try await eventually("number \(number) is delivered: \(worker.errors)", within: .seconds(5)) {
                worker.output.contains("number \(number)") || worker.errors.contains("number \(number)")
            }
        }
        let read = try await Command.runApart("python3", ["-c", Self.reading, folder.path("notifications.sqlite")])
        let pause = try #require(Double(read.output.filter { !$0.isWhitespace }), "\(read.text)")
        #expect((20...40).contains(pause), "the pause after the first attempt is 30 s: \(pause)")
    }

    /// Prints for how many seconds the one that waits does so from its last change on.
    private static let reading = """
        s = __import__('sqlite3').connect(__import__('sys').argv[1])
        print(s.execute("SELECT (due_at - updated_at) / 1000.0 FROM notifications WHERE status = 'pending'").fetchone()[0])
        """
}
