import ApusAgent
import ApusMetrics
import CLinux
import Foundation
import Glibc
import AgentMetrics
import Testing

/// Processes that live and hang, and what the agent says of them.
@Suite struct HangTests {
    private static let hungLine = "an instance is alive but hung"
    private static let wellLine = "an instance that was hung runs again"

    private func value(_ agent: RunningAgent, _ family: MetricFamily, _ instance: String, executor: String? = nil) async throws
        -> Double?
    {
        var labels = [("service", "hung"), ("instance", instance)]
        if let executor { labels += ExecutorLabels(executor: executor).pairs }
        let name = "\(family.name){\(String(decoding: LabelBytes.render(labels), as: UTF8.self))}"
        return try await agent.get("/metrics").samples[name].flatMap { Double($0) }
    }

    private func isHung(_ agent: RunningAgent, _ child: HungService) async throws -> Bool? {
        try await value(agent, ServiceState.hung.family, child.instance).map { $0 == 1 }
    }

    /// What a document in JSON says of the only instance, and of the whole.
    private func document(_ agent: RunningAgent, _ path: String) async throws -> (whole: [String: Any], instance: [String: Any])
    {
        let page = try await agent.get(path)
        #expect(page.status == 200)
        let whole = try #require(try JSONSerialization.jsonObject(with: Data(page.text.utf8)) as? [String: Any])
        return (whole, try #require((whole["instances"] as? [[String: Any]])?.first))
    }

    /// A child that reports, beside an agent with a threshold, and what the agent logs.
    private func watching(
        _ threshold: Duration, _ body: @escaping @Sendable (RunningAgent, HungService, RecordedLog) async throws -> Void
    ) async throws {
        let log = RecordedLog()
        try await RunningAgent.with({ $0.hungAfter = threshold }, logger: log.logger) { agent in
            let child = try HungService("one", socketPath: agent.socketPath)
            defer { child.end() }
            try await agent.until { try await isHung(agent, child) == false }
            try await body(agent, child, log)
        }
    }

    @Test func `a process whose cooperative pool is blocked is hung after the threshold, and well once it runs again`()
        async throws
    {
        try await watching(.seconds(3)) { agent, child, log in
            #expect(try await document(agent, "/health").instance["status"] as? String == "pass")
            let blockedAt = ContinuousClock.now
            child.block()
            try await agent.until { try await isHung(agent, child) == true }
            let delay = ContinuousClock.now - blockedAt
            // A probe a second, an age that is written once a second: two seconds above the threshold, and slack for a slow machine.
            #expect(delay > .seconds(3) && delay < .seconds(10))
            #expect(try await agent.up("hung", child.instance) == "1")
            #expect(
                try await value(agent, Scheduling.lag.family, child.instance, executor: "cooperative-pool") ?? 0 > 3)
            let (health, instance) = try await document(agent, "/health")
            #expect(health["status"] as? String == "warn")
            #expect(instance["status"] as? String == "fail")
            #expect(instance["hung"] as? Bool == true)
            #expect(
                (instance["hungReason"] as? String)?.hasPrefix("the executor cooperative-pool has run nothing for ") == true)
            let resources = try await document(agent, "/resources").instance
            #expect(resources["hung"] as? Bool == true)
            #expect(resources["hungReason"] as? String != nil)
            try await agent.until { log.lines(Self.hungLine).count == 1 }
            #expect(log.lines(Self.hungLine)[0]["pid"] == "\(child.pid)")

            child.free()
            try await agent.until { try await isHung(agent, child) == false }
            let well = try await document(agent, "/health")
            #expect(well.whole["status"] as? String == "pass")
            #expect(well.instance["hung"] as? Bool == false)
            #expect(well.instance["hungReason"] == nil)
            #expect(
                try await value(agent, Scheduling.longestLag.family, child.instance, executor: "cooperative-pool") ?? 0 > 3)
            try await agent.until { log.lines(Self.wellLine).count == 1 }
            #expect(log.lines(Self.hungLine).count == 1)
        }
    }

    @Test func `a process that is stopped is hung and said to be stopped, and well once it is continued`() async throws {
        try await watching(.seconds(3)) { agent, child, log in
            child.signal(SIGSTOP)
            try await agent.until { try await isHung(agent, child) == true }
            #expect(try await agent.up("hung", child.instance) == "1")
            let reason = try await document(agent, "/health").instance["hungReason"] as? String
            #expect(reason?.hasPrefix("no sign of life for ") == true)
            #expect(reason?.hasSuffix("the process is stopped by a signal (state T)") == true)
            // A scrape may see it first; the log follows with the next turn of the watch.
            try await agent.until { log.lines(Self.hungLine).count == 1 }
            child.signal(SIGCONT)
            try await agent.until { try await isHung(agent, child) == false }
            // The stop was no lag of its executors, or it would now be hung for another reason.
            let longest = try await value(agent, Scheduling.longestLag.family, child.instance, executor: "cooperative-pool")
            #expect(try #require(longest) < 2)
            try await agent.until { log.lines(Self.wellLine).count == 1 }
            #expect(log.lines(Self.hungLine).count == 1)
        }
    }

    @Test func `a hung process that is killed is down, not hung, and is not said to run again`() async throws {
        try await watching(.seconds(3)) { agent, child, log in
            child.signal(SIGSTOP)
            try await agent.until { log.lines(Self.hungLine).count == 1 }
            child.end()
            try await agent.until { try await agent.up("hung", child.instance) == "0" }
            #expect(try await isHung(agent, child) == nil)
            let instance = try await document(agent, "/health").instance
            #expect(instance["status"] as? String == "fail")
            #expect(instance["hung"] == nil)
            // Two turns of the watch, by which a second child is seen to hang.
            let other = try HungService("two", socketPath: agent.socketPath)
            defer { other.end() }
            try await agent.until { try await isHung(agent, other) == false }
            other.signal(SIGSTOP)
            try await agent.until { log.lines(Self.hungLine).count == 2 }
            #expect(log.lines(Self.wellLine).isEmpty)
        }
    }

    @Test func `processes that start and run are never hung, at no scrape`() async throws {
        let log = RecordedLog()
        try await RunningAgent.with({ $0.hungAfter = .seconds(3) }, logger: log.logger) { agent in
            let children = try (0..<4).map { try HungService("child-\($0)", socketPath: agent.socketPath) }
            defer { for child in children { child.end() } }
            // From before the first sign of life until twice the threshold after it.
            try await agent.until { try await haveRun(agent, children.count, seconds: 6) }
            #expect(log.lines(Self.hungLine).isEmpty)
        }
    }

    /// Whether so many processes have run for so long; none may be hung.
    private func haveRun(_ agent: RunningAgent, _ count: Int, seconds: Double) async throws -> Bool {
        let samples = try await agent.get("/metrics").samples
        let hung = samples.filter { $0.key.hasPrefix("apus_service_hung{") && $0.value != "0" }
        #expect(hung.isEmpty)
        let starts = samples.filter { $0.key.hasPrefix("service_process_start_time_seconds{") }.compactMap { Double($0.value) }
        guard starts.count == count, let newest = starts.max() else { return false }
        return Date.now.timeIntervalSince1970 - newest > seconds
    }
}
