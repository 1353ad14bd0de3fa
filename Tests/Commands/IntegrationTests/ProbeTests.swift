import ApusFiles
import ApusGenerator
import ApusTopology
import HostTesting
import Testing

/// The health check of containers, asked of real processes.
@Suite struct `apus probe` {
    private func code(_ arguments: String...) async throws -> Int32 {
        try await Command.runApart(Executables.apus, ["probe"] + arguments).status
    }

    /// The scripts by which containers of a program without a probe ask their agent, which here is at a port of this host.
    private func shellChecks(agentPort port: Int) throws -> [String] {
        let fleet = Fleet("shop") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
        }
        let lines = try fleet.generatedFiles(of: [.compose, .kubernetes]).flatMap { $0.contents.split(separator: "\n") }
        return lines.compactMap { line in
            guard let start = line.firstRange(of: "exec 3<>/dev/tcp/"), line.contains("\"worker\"") else { return nil }
            let script = line[start.lowerBound...].replacing("$$", with: "$").replacing("tcp/agent/", with: "tcp/127.0.0.1/")
            // bash would take the name of this host.
            return "HOSTNAME=worker-1; " + script.replacing("/9480 ", with: "/\(port) ")
        }
    }

    @Test func `tells a process that answers from one that does not`() async throws {
        let port = try LoopbackPort.free()
        let folder = try TemporaryFolder()
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval", "100ms", "--expect",
                "worker/worker-1", "--journal", "off",
            ])
        let url = "http://127.0.0.1:\(port)"
        try await eventually("the agent is ready") { try await code("\(url)/health/ready") == 0 }
        #expect(try await code("\(url)/nothing") == 1)
        #expect(try await code("\(url)/health") == 0)
        let checks = try shellChecks(agentPort: port)
        #expect(checks.count == 2)
        for check in checks { #expect(try await Command.runApart("bash", ["-c", check]).status == 1, "\(check)") }
        // Expected, and not there.
        #expect(try await code("\(url)/health", "--instance", "worker/worker-1") == 1)
        #expect(try await code("\(url)/health", "--instance", "worker/nobody") == 1)
        // A worker that reports.
        let worker = try RunningProgram(
            Executables.apus,
            ["worker", "--instance", "worker-1", "--data", folder.path, "--agent-socket", folder.path("agent.sock")])
        try await eventually("the worker reports") {
            try await code("\(url)/health", "--instance", "worker/worker-1") == 0
        }
        for check in checks {
            #expect(try await Command.runApart("bash", ["-c", check]).status == 0, "\(check)")
            let other = check.replacing("worker-1", with: "worker-2")
            #expect(try await Command.runApart("bash", ["-c", other]).status == 1, "\(other)")
        }
        worker.signal(15)
        _ = try await worker.wait(.seconds(30))
        agent.signal(15)
        _ = try await agent.wait(.seconds(30))
        #expect(try await code("\(url)/health") == 1)
        #expect(try await code("\(url)/health", "--pass-unanswered") == 0)
    }
}
