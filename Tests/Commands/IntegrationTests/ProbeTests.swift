import HostTesting
import Testing

/// The health check of containers, asked of real processes.
@Suite struct `apus probe` {
    private func code(_ arguments: String...) async throws -> Int32 {
        try await Command.runApart(Executables.apus, ["probe"] + arguments).status
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
        worker.signal(15)
        _ = try await worker.wait(.seconds(30))
        agent.signal(15)
        _ = try await agent.wait(.seconds(30))
        #expect(try await code("\(url)/health") == 1)
        #expect(try await code("\(url)/health", "--pass-unanswered") == 0)
    }
}
