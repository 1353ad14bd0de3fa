import ApusAgent
import ApusText
import Foundation
import Testing

/// Clients that close their side once they have asked, as `nc -N` and many scripts do.
@Suite(.timeLimit(.minutes(3))) struct HalfClosedClientsTests {
    private func ask(_ port: Int, _ requests: String) throws -> String {
        let client = try RawClient(port: port)
        client.send(requests)
        client.finish()
        return String(decoding: client.readToEnd(), as: UTF8.self)
    }

    @Test(arguments: ["/health/live", "/metrics", "/resources"], ["1.0", "1.1"])
    func `get their answer, and the connection ends`(page: String, version: String) async throws {
        try await RunningAgent.with { agent in
            let answer = try ask(agent.port, "GET \(page) HTTP/\(version)\r\nHost: a\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/\(version) 200 OK"))
            #expect(answer.hasSuffix("\n"))
        }
    }

    @Test func `get all of a scrape that is larger than what waits in sockets`() async throws {
        try await StreamingTests.withManySeries { agent in
            let answer = try ask(agent.port, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.utf8.count > 1_000_000 && answer.hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test func `get the answers to all that they have asked, in its order`() async throws {
        try await RunningAgent.with { agent in
            let requests = ["/health/live", "/nowhere", "/health/live"].map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }
            let answers = try ask(agent.port, requests.joined()).components(separatedBy: "HTTP/1.1 ").dropFirst()
            #expect(answers.map { $0.prefix(3) } == ["200", "404", "200"])
        }
    }

    @Test func `are told that half a request is none, and go when they ask nothing`() async throws {
        try await RunningAgent.with { agent in
            #expect(try ask(agent.port, "GET /metrics HTTP/1.1\r\nHost").hasPrefix("HTTP/1.1 400 "))
            #expect(try ask(agent.port, "") == "")
            let idle = try RawClient(port: agent.port)
            idle.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(!idle.read(1).isEmpty)
            idle.finish()
            #expect(String(decoding: idle.readToEnd(), as: UTF8.self).hasSuffix("live\n"))
        }
    }

    @Test func `have their reports taken, whole ones alone`() async throws {
        try await RunningAgent.with {
            $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
        } _: { agent in
            let port = try #require(agent.reportPort)
            func put(_ text: String, length: Int) throws -> String {
                try ask(
                    port,
                    "PUT /v1/report/shop/shop-1 HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: \(length)\r\n\r\n\(text)"
                )
            }
            #expect(try put("x 1\n", length: 4).hasPrefix("HTTP/1.1 204 "))
            #expect(try put("x 2\n", length: 5).hasPrefix("HTTP/1.1 400 "))
            #expect(try await agent.get("/metrics").samples["x{service=\"shop\",instance=\"shop-1\"}"] == "1")
        }
    }
}
