import AgentMetrics
import ApusAgent
import ApusReporting
import ApusText
import CoreMetrics
import Foundation
import HostTesting
import NIOHTTP1
import SampleMetrics
import Testing

@Suite struct `The pages about all instances` {
    private static func rows(_ agent: RunningAgent) async throws -> [[String: Any]] {
        let document = try jsonObject(await agent.get("/api/v1/instances"))
        return document["instances"] as? [[String: Any]] ?? []
    }

    private static func row(_ agent: RunningAgent, _ instance: String) async throws -> [String: Any]? {
        try await rows(agent).first { $0["instance"] as? String == instance }
    }

    @Test func `a row has what the service reports, and what the metrics say`() async throws {
        try await RunningAgent.with {
            $0.expected = [InstanceIdentity(service: "worker", instance: "worker-2")]
        } _: { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                for (state, depth) in [(QueueState.pending, 7.0), (.scheduled, 2), (.locked, 1)] {
                    Queue.depth.handle(QueueStateLabels(state: state), factory: factory).set(depth)
                }
                ConnectionPool.connections.handle(ConnectionStateLabels(pool: "a", state: .used), factory: factory).set(3.0)
                ConnectionPool.connections.handle(ConnectionStateLabels(pool: "state=\"idle\"", state: .used), factory: factory)
                    .set(2.0)
                ConnectionPool.connections.handle(ConnectionStateLabels(pool: "a", state: .idle), factory: factory).set(4.0)
                try await agent.until {
                    (try await Self.row(agent, "worker-1")?["queue"] as? [String: Any])?["depth"] as? Double == 10
                }
                let row = try #require(try await Self.row(agent, "worker-1"))
                #expect(row["state"] as? String == "up")
                #expect(row["reports"] as? String == "segment")
                #expect(row["pid"] as? Int32 == ProcessInfo.processInfo.processIdentifier)
                let connections = try #require(row["connections"] as? [String: Any])
                #expect(connections["used"] as? Double == 5)
                #expect(connections["idle"] as? Double == 4)
                let samples = try await agent.get("/metrics").samples
                let target = "service=\"worker\",instance=\"worker-1\""
                #expect(samples["service_process_max_fds{\(target)}"].flatMap { Int($0) } == row["maxFiles"] as? Int)
                let resident = try #require(samples["service_process_resident_memory_bytes{\(target)}"].flatMap { Double($0) })
                let told = try #require(row["residentBytes"] as? Double)
                #expect(abs(resident - told) < 0.2 * resident)
                let other = try #require(try await Self.row(agent, "worker-2"))
                #expect(other["state"] as? String == "down")
                #expect(other["expected"] as? Bool == true)
                #expect(other["cpuPercent"] == nil)
            }
            try await agent.until { try await Self.row(agent, "worker-1")?["state"] as? String == "ended" }
        }
    }

    @Test func `who comes and goes is shown before the next turn of the sampling loop`() async throws {
        try await RunningAgent.with {
            $0.interval = .seconds(300)
            $0.expected = [InstanceIdentity(service: "worker", instance: "worker-1")]
        } _: { agent in
            try await agent.until { try await Self.row(agent, "worker-1")?["state"] as? String == "down" }
            let time = try jsonObject(await agent.get("/api/v1/instances"))["agent"] as? [String: Any]
            try await agent.reporting("worker", "worker-1") { _ in
                try await agent.until { try await Self.row(agent, "worker-1")?["state"] as? String == "up" }
                let row = try #require(try await Self.row(agent, "worker-1"))
                #expect(row["pid"] as? Int32 == ProcessInfo.processInfo.processIdentifier)
                #expect(row["residentBytes"] as? Double ?? 0 > 0)
            }
            try await agent.until { try await Self.row(agent, "worker-1")?["state"] as? String == "down" }
            // The figures' time is that of the one turn.
            let later = try jsonObject(await agent.get("/api/v1/instances"))["agent"] as? [String: Any]
            #expect(time?["time"] as? Double == later?["time"] as? Double)
            #expect(time?["turn"] as? Double ?? 0 < later?["turn"] as? Double ?? 0)
        }
    }

    @Test func `the document of one instance has its sources, its pools and its row`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "a b+c&d") { factory in
                Queue.depth.handle(QueueStateLabels(state: .locked), factory: factory).set(9)
                try await agent.until { try await Self.row(agent, "a b+c&d") != nil }
                for name in ["a%20b%2Bc%26d", "a+b%2Bc%26d"] {
                    let document = try jsonObject(await agent.get("/api/v1/instance?service=worker&instance=\(name)"))
                    let row = try #require(document["row"] as? [String: Any])
                    #expect(row["instance"] as? String == "a b+c&d")
                    let sources = try #require(document["sources"] as? [[String: Any]])
                    #expect(sources.contains { $0["source"] as? String == "stat" && $0["status"] as? String == "pass" })
                    let queue = try #require(document["queueStates"] as? [[String: Any]])
                    let locked = queue.first { ($0["labels"] as? [String: String])?["state"] == "locked" }
                    #expect(locked?["value"] as? Double == 9, "\(queue)")
                }
            }
            #expect(try await agent.get("/api/v1/instance?service=worker&instance=nobody").status == 404)
        }
    }

    @Test func `hostile names are text, and a row is valid JSON whatever is reported`() async throws {
        let name = "e\u{301}🐦<script>'%"
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", name) { factory in
                CoreMetrics.Meter(label: "queue_depth", dimensions: [("state", "odd")], factory: factory).set(Double.nan)
                CoreMetrics.Meter(label: "service_process_heap_bytes", factory: factory).set(Double.infinity)
                try await agent.until { try await Self.row(agent, name) != nil }
                #expect(try await Self.row(agent, name)?["queue"] == nil)
            }
        }
    }

    @Test func `the history follows the turns, and its small pictures do`() async throws {
        try await RunningAgent.with {
            // A point is made every 15 s.
            $0.interval = .milliseconds(100)
        } _: { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                try await agent.until {
                    let answer = try await agent.get("/api/v1/history?service=worker&instance=worker-1")
                    guard answer.status == 200 else { return false }
                    let document = try jsonObject(answer)
                    return !(document["times"] as? [Double] ?? []).isEmpty
                }
                let document = try jsonObject(await agent.get("/api/v1/history?service=worker&instance=worker-1"))
                let series = try #require(document["series"] as? [String: [Double]])
                let times = try #require(document["times"] as? [Double])
                #expect(series["up"]?.last == 1)
                #expect((series["residentBytes"]?.last ?? 0) > 1_000_000)
                #expect(series.values.allSatisfy { $0.count == times.count })
                let all = try jsonObject(await agent.get("/api/v1/history?all=1&points=10"))
                let rows = try #require(all["instances"] as? [[String: Any]])
                #expect(rows.first?["instance"] as? String == "worker-1")
            }
        }
    }

    @Test(arguments: [
        ("/api/v1/history", "service=NAME"), ("/api/v1/history?service=a", "service=NAME"),
        ("/api/v1/history?service=a&instance=b&points=9", "points goes with all"),
        ("/api/v1/history?all=2", "all=1"), ("/api/v1/history?all=1&points=1", "2 to 240"),
        ("/api/v1/history?all=1&points=x", "2 to 240"), ("/api/v1/history?all=1&since=nan", "since"),
        ("/api/v1/history?all=1&service=a", "not both"), ("/api/v1/history?all=1&all=1", "twice"),
        ("/api/v1/history?all", "no value"),
        ("/api/v1/instance?service=%ff&instance=a", "hexadecimal"), ("/api/v1/instances?x=1", "takes no query"),
        ("/api/v1/live?x=1", "takes no query"),
        ("/api/v1/instance?service=\(String(repeating: "a", count: 513))&instance=a", "512 bytes"),
    ])
    func `a wrong query is answered with what to write`(path: String, words: String) async throws {
        try await RunningAgent.with { agent in
            try await agent.until { try await agent.get("/health/ready").status == 200 }
            let page = try await agent.get(path)
            #expect(page.status == 400)
            #expect(page.text.contains(words), "\(page.text)")
        }
    }

    @Test func `a client that has the document is told so, and the fields of caution are there`() async throws {
        try await RunningAgent.with {
            $0.interval = .seconds(60)
        } _: { agent in
            try await agent.until { try await agent.get("/health/ready").status == 200 }
            let page = try await agent.get("/api/v1/instances")
            let tag = try #require(page.headers["ETag"].first)
            #expect(page.headers["X-Content-Type-Options"] == ["nosniff"])
            #expect(page.headers["Cache-Control"] == ["no-cache"])
            #expect(page.headers["Content-Security-Policy"].first?.hasPrefix("default-src 'none'") == true)
            for field in [tag, String(tag.dropFirst(2)), "\"x\", \(tag)", "*", " \(tag) ,\"y\""] {
                let client = try RawClient(port: agent.port)
                client.send(
                    "GET /api/v1/instances HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-None-Match: \(field)\r\nConnection: close\r\n\r\n")
                let answer = String(decoding: client.readToEnd(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 304 "), "\(field)")
                #expect(answer.hasSuffix("\r\n\r\n"))
            }
            let client = try RawClient(port: agent.port)
            client.send(
                "GET /api/v1/instances HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-None-Match: \"x\"\r\nConnection: close\r\n\r\n")
            #expect(String(decoding: client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
            #expect(try await agent.get("/api/v1/instances", method: .POST).status == 405)
        }
    }
}
