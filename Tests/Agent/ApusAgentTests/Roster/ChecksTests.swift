import AgentMetrics
import ApusAgent
import ApusText
import Foundation
import HostTesting
import NIOHTTP1
import Testing

@Suite struct `The checks of the agent` {
    /// The status of each check by the part of its name before the colon.
    private static func statuses(_ agent: RunningAgent) async throws -> [String: String] {
        let checks = try jsonObject(await agent.get("/health/detailed"))["checks"] as? [String: [[String: Any]]] ?? [:]
        return Dictionary(
            checks.map { (String($0.key.prefix { $0 != ":" }), $0.value.first?["status"] as? String ?? "") },
            uniquingKeysWith: { first, _ in first })
    }

    private static func metrics(_ agent: RunningAgent) async throws -> [String: String] {
        let words = ["0": "pass", "1": "warn", "2": "fail"]
        let samples = try await agent.get("/metrics").samples
        return Dictionary(
            samples.compactMap { series, value in
                guard series.hasPrefix("apus_agent_check_status{check=\"") else { return nil }
                return (String(series.dropFirst(31).dropLast(2)), words[value] ?? value)
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `the page and the metrics agree`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                try await agent.until { try await Self.statuses(agent) == Self.metrics(agent) }
                let page = try await agent.get("/health/detailed")
                #expect(page.status == 200)
                #expect(page.headers["Content-Type"] == ["application/health+json; charset=utf-8"])
                let statuses = try await Self.statuses(agent)
                #expect(statuses["sampling"] == "pass")
                #expect(statuses["source-stat"] == "pass")
                #expect(statuses["instances"] == "pass")
            }
        }
    }

    @Test func `an instance that is down is a warning, and so is a reload that failed`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("worker/worker-2\n", to: "expected")
        try await RunningAgent.with {
            $0.expectFile = folder.path("expected")
        } _: { agent in
            try await agent.until { try await Self.statuses(agent)["instances"] == "warn" }
            #expect(try await Self.statuses(agent)["configuration"] == "pass")
            #expect(try jsonObject(await agent.get("/health/detailed"))["status"] as? String == "warn")
            try folder.write("no slash\n", to: "expected")
            agent.reload()
            try await agent.until { try await Self.statuses(agent)["configuration"] == "warn" }
            try await agent.until { try await Self.metrics(agent)["configuration"] == "warn" }
            #expect(try await agent.get("/health/detailed").status == 200)
        }
    }

    /// The status of the agent as each page with one has it.
    private static func words(_ agent: RunningAgent) async throws -> [String] {
        // Before the first turn it has no rows.
        let page = try await agent.get("/api/v1/instances")
        let instances = page.status == 200 ? try jsonObject(page)["agent"] as? [String: Any] : nil
        return [
            try jsonObject(await agent.get("/health"))["status"] as? String ?? "",
            try jsonObject(await agent.get("/health/detailed"))["status"] as? String ?? "",
            instances?["status"] as? String ?? "",
        ]
    }

    @Test func `who has ended by design is no warning, a probe that is down is one, and all pages agree`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("probes: []\n", to: "agent.yaml")
        try await RunningAgent.with {
            $0.watchFile = folder.path("agent.yaml")
            $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
        } _: { agent in
            try await agent.until { try await Self.words(agent) == ["pass", "pass", "pass"] }
            #expect(try await agent.report("/v1/report/gone/1", "a 1\n").status < 300)
            try await agent.until { try await Self.row(agent) == ["up", "pass"] }
            #expect(try await agent.report("/v1/report/gone/1", [], method: .DELETE).status < 300)
            try await agent.until { try await Self.row(agent) == ["ended", "fail"] }
            try await agent.until { try await Self.words(agent) == ["pass", "pass", "pass"] }
            try folder.write(
                "probes:\n  - { service: closed, every: 1s, timeout: 1s, tcp: \"127.0.0.1:\(try LoopbackPort.free())\" }\n",
                to: "agent.yaml")
            agent.reload()
            try await agent.until { try await Self.words(agent) == ["warn", "warn", "warn"] }
            #expect(try await Self.statuses(agent)["probes"] == "warn")
            #expect(try await Self.statuses(agent)["instances"] == "pass")
        }
    }

    /// What `/health` says of the one instance.
    private static func row(_ agent: RunningAgent) async throws -> [String?] {
        let instances = try jsonObject(await agent.get("/health"))["instances"] as? [[String: Any]]
        return [instances?.first?["state"] as? String, instances?.first?["status"] as? String]
    }

    @Test func `a limit that bit is told for a while`() async throws {
        try await RunningAgent.with {
            $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
        } _: { agent in
            try await agent.until { try await Self.statuses(agent)["limits"] == "pass" }
            #expect(try await agent.report("/metrics/job/worker", "no exposition at all {\n").status == 400)
            try await agent.until { try await Self.statuses(agent)["limits"] == "warn" }
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_796_043_536, "2026-11-30T12:58:56Z"), (4_107_542_400, "2100-03-01T00:00:00Z"), (1e300, "9999-12-31T23:59:59Z"),
    ])
    func `a moment is written as RFC 3339 has it`(seconds: Double, text: String) {
        #expect(TimeText.iso8601(seconds) == text)
    }
}
