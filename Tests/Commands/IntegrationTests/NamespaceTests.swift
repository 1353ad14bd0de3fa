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
        #expect(try await value(url, "apus_source_up", #"{source="segment"}"#) == 1)
        #expect(program.errors.contains("the process is in a pid namespace that the agent does not see"))
        service.signal(SIGKILL)
        try await eventually("it is down") { try await value(url, "apus_service_up") == 0 }
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
}
