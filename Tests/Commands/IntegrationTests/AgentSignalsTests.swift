import Foundation
import Glibc
import HostTesting
import ServerTesting
import Testing

/// What signals do to an agent.
@Suite(.timeLimit(.minutes(2))) struct AgentSignalsTests {
    private static func start(_ folder: TemporaryFolder, _ port: Int, _ options: [String] = []) throws -> RunningProgram {
        try RunningProgram(
            Executables.agent,
            ["--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--journal", "off", "--log", "stderr"]
                + options)
    }

    private static func isLive(_ port: Int) -> Bool {
        (try? LoopbackHTTP.get(port: port, "/health/live", headers: ["Host: localhost"]).status) == 200
    }

    @Test func `a scrape that waits for pages at a stop is answered without them`() async throws {
        let folder = try TemporaryFolder()
        let ports = try LoopbackPort.free(3)
        // They take connections and say nothing.
        let silent = try ports.dropFirst().map { try OccupiedPort($0) }
        let pages = ports.dropFirst().map {
            "- {service: shop, instance: shop-\($0), url: 'http://127.0.0.1:\($0)/metrics', timeout: 10s}\n"
        }
        try folder.write("scrape:\n" + pages.joined(), to: "watch.yaml")
        let agent = try Self.start(folder, ports[0], ["--config", folder.path("watch.yaml")])
        try await eventually("the agent's start: \(agent.errors)") { Self.isLive(ports[0]) }
        async let scrape = Command.runApart(
            "curl",
            [
                "--silent", "--max-time", "20", "--header", "X-Prometheus-Scrape-Timeout-Seconds: 20",
                "http://127.0.0.1:\(ports[0])/metrics",
            ])
        try await Task.sleep(for: .milliseconds(500))
        let stopped = ContinuousClock.now
        agent.signal(SIGTERM)
        let answer = try await scrape
        #expect(answer.status == 0, "\(answer.errors)")
        for port in ports.dropFirst() {
            #expect(
                answer.output.contains("apus_service_up{service=\"shop\",instance=\"shop-\(port)\"} 0"), "\(answer.output)")
        }
        // A complete exposition has the agent's own families, which come after those of instances.
        #expect(answer.output.contains("apus_agent_"))
        #expect(stopped.duration(to: .now) < .seconds(8))
        #expect(try await agent.wait(.seconds(10)) == 0)
        #expect(!agent.errors.contains("EventLoop"), "\(agent.errors)")
        withExtendedLifetime(silent) {}
    }

    @Test func `SIGHUP and signals that nobody sends on purpose end no agent`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        let agent = try Self.start(folder, port)
        try await eventually("the agent's start: \(agent.errors)") { Self.isLive(port) }
        for signal in [SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR] {
            agent.signal(signal)
            try await Task.sleep(for: .milliseconds(50))
            #expect(agent.isRunning, "\(signal)")
        }
        #expect(Self.isLive(port))
        try await eventually("SIGHUP reloads: \(agent.errors)") { agent.errors.contains("reloaded") }
        agent.signal(SIGTERM)
        #expect(try await agent.wait(.seconds(10)) == 0)
    }
}
