import AgentMetrics
import ApusAgent
import Foundation
import HostTesting
import NIOHTTP1
import Testing

@Suite struct `What followers are told` {
    private static let request = "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    /// What a client has read until a text came so often.
    private static func read(_ client: RawClient, until text: String, times: Int = 1) async -> String {
        await blocking {
            var all = ""
            // Something comes with each turn.
            let end = ContinuousClock.now + .seconds(30)
            while all.components(separatedBy: text).count <= times, ContinuousClock.now < end {
                let some = client.read(65_536)
                if some.isEmpty { break }
                all += String(decoding: some, as: UTF8.self)
            }
            return all
        }
    }

    /// A client that follows, once there is a place for it.
    private static func follower(_ agent: RunningAgent) async throws -> RawClient {
        let (clients, found) = AsyncStream<RawClient>.makeStream()
        try await agent.until {
            let client = try RawClient(port: agent.port)
            client.send(request)
            let isTaken = await blocking { client.read(12) } == Array("HTTP/1.1 200".utf8)
            if isTaken { found.yield(client) }
            return isTaken
        }
        found.finish()
        for await client in clients { return client }
        throw CancellationError()
    }

    @Test func `a follower has all rows first, and one event each turn`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                try await agent.until { try await agent.get("/api/v1/instances").text.contains("\"instance\":\"worker-1\"") }
                let client = try RawClient(port: agent.port)
                client.send(Self.request)
                let text = await Self.read(client, until: "\"full\":false", times: 3)
                #expect(text.contains("Content-Type: text/event-stream; charset=utf-8"))
                #expect(text.contains("retry: 2000\n\n"))
                let first = try #require(text.range(of: "\"full\":true"))
                let later = try #require(text.range(of: "\"full\":false"))
                #expect(first.lowerBound < later.lowerBound)
                #expect(text[first.lowerBound..<later.lowerBound].contains("\"instance\":\"worker-1\""))
                client.end()
            }
        }
    }

    @Test func `a row that is new comes, and one that is gone is named`() async throws {
        try await RunningAgent.with {
            $0.retention = .milliseconds(400)
        } _: { agent in
            let client = try RawClient(port: agent.port)
            client.send(Self.request)
            try await agent.reporting("worker", "worker-1") { _ in
                let text = await Self.read(client, until: "\"instance\":\"worker-1\"")
                #expect(text.contains("\"instance\":\"worker-1\""))
            }
            let text = await Self.read(client, until: "\"gone\":[{\"service\":\"worker\",\"instance\":\"worker-1\"}]")
            #expect(text.contains("\"gone\":[{\"service\":\"worker\""))
            client.end()
        }
    }

    @Test func `places are given back whenever a client goes, and past them there is none`() async throws {
        try await RunningAgent.with { agent in
            for turn in 0..<1000 {
                let client = try RawClient(port: agent.port)
                switch turn % 5 {
                case 0: break
                case 1: client.send("GET /api/v1/live HT")
                case 2: client.send(Self.request)
                case 3:
                    client.send(Self.request)
                    _ = await blocking { client.read(64) }
                default:
                    client.send(Self.request)
                    client.finish()
                }
            }
            var followers: [RawClient] = []
            for _ in 0..<8 { followers.append(try await Self.follower(agent)) }
            let ninth = try await agent.get("/api/v1/live")
            #expect(ninth.status == 503)
            #expect(ninth.headers["Retry-After"] == ["30"])
            #expect(try await agent.get("/metrics").status == 200)
            followers[0].end()
            let next = try await Self.follower(agent)
            for client in followers + [next] { client.end() }
        }
    }

    @Test func `the last event says that the agent stops`() async throws {
        let client = try await Following.client()
        let text = String(decoding: await blocking { client.readToEnd() }, as: UTF8.self)
        #expect(text.contains("event: end\ndata: {\"reason\":"))
        #expect(text.hasSuffix("0\r\n\r\n"))
    }
}

private enum Following {
    /// A client that followed an agent which has stopped.
    static func client() async throws -> RawClient {
        let (clients, found) = AsyncStream<RawClient>.makeStream()
        try await RunningAgent.with { agent in
            let client = try RawClient(port: agent.port)
            client.send("GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            _ = await blocking { client.read(512) }
            found.yield(client)
        }
        found.finish()
        for await client in clients { return client }
        throw CancellationError()
    }
}
