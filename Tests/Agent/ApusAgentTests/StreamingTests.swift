import ApusAgent
import ApusLimits
import ApusReporting
import ApusSystemd
import AsyncHTTPClient
import CoreMetrics
import Foundation
import Glibc
import AgentMetrics
import HostTesting
import NIOCore
import NIOHTTP1
import Testing

/// Expositions that are larger than a piece.
@Suite(.timeLimit(.minutes(2))) struct StreamingTests {
    static let perFamily = 5000
    static let families = 10

    /// A service with 50,000 series of 10 families, each with a value of its own.
    static func withManySeries(
        _ change: @escaping @Sendable (inout AgentConfiguration) -> Void = { _ in }, notifier: ServiceNotifier? = nil,
        _ body: @escaping @Sendable (RunningAgent) async throws -> Void
    ) async throws {
        func allow(_ configuration: inout AgentConfiguration) {
            configuration.sampleLimit = 2 * families * perFamily
            change(&configuration)
        }
        try await RunningAgent.with(allow, notifier: notifier) { agent in
            try await agent.reporting("many", "many-1", seriesLimit: 60_000) { factory in
                for family in 0..<families {
                    for number in 0..<perFamily {
                        CoreMetrics.Counter(label: "many_\(family)", dimensions: [("number", "\(number)")], factory: factory)
                            .increment(by: Int64(family * perFamily + number))
                    }
                }
                // More than one turn takes in.
                let served = "apus_service_series{service=\"many\",instance=\"many-1\"}"
                try await agent.until {
                    try await agent.get("/metrics").samples[served].flatMap { Int($0) } ?? 0 > families * perFamily
                }
                try await body(agent)
            }
        }
    }

    private static func check(_ samples: [String: String]) {
        let many = samples.filter { $0.key.hasPrefix("many_") }
        #expect(many.count == families * perFamily)
        #expect(Set(many.values) == Set((0..<families * perFamily).map(String.init)))
    }

    @Test func `a large exposition comes in chunks, whole and in order`() async throws {
        try await Self.withManySeries { agent in
            for format in ["text", "openmetrics"] {
                let page = try await agent.get("/metrics?format=\(format)")
                #expect(page.headers["Transfer-Encoding"] == ["chunked"])
                #expect(page.headers["Content-Length"].isEmpty)
                Self.check(page.samples)
            }
            #expect(try await agent.get("/health/live").headers["Content-Length"] == ["5"])
            #expect(try await agent.get("/metrics").samples["apus_agent_scrapes_aborted_total"] == "0")
        }
    }

    @Test func `a client of HTTP 1 point 0 gets it whole and the end by the connection's end`() async throws {
        try await Self.withManySeries { agent in
            let client = try RawClient(port: agent.port)
            client.send("GET /metrics HTTP/1.0\r\n\r\n")
            let answer = String(decoding: client.readToEnd(), as: UTF8.self)
            let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
            try #require(parts.count == 2)
            #expect(!parts[0].lowercased().contains("transfer-encoding"))
            Self.check(RunningAgent.Page(status: 200, headers: [:], text: String(parts[1])).samples)
        }
    }

    @Test func `a client that does not read is let go at its deadline, counted, and holds up nobody`() async throws {
        try await Self.withManySeries { agent in
            let idle = try RawClient(port: agent.port)
            idle.send("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.5\r\n\r\n")
            Self.check(try await agent.get("/metrics").samples)
            try await agent.until { try await agent.get("/metrics").samples["apus_agent_scrapes_aborted_total"] == "1" }
            // What arrived does not look whole: the last chunk is missing.
            #expect(!String(decoding: idle.readToEnd(), as: UTF8.self).hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func `clients that never read keep no scrape out: the slowest gives way`() async throws {
        try await Self.withManySeries { agent in
            var idle: [RawClient] = []
            for _ in 0..<EndpointLimits.scrapeShare.value {
                let client = try RawClient(port: agent.port)
                client.send("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: 60\r\n\r\n")
                // Its turn has come once something arrives.
                #expect(!client.read(16).isEmpty)
                idle.append(client)
            }
            // One that is not slow yet is not cut: until then there is 503.
            let page = try await agent.get("/metrics")
            if page.status == 503 { #expect(page.headers["Retry-After"] == ["1"]) }
            #expect(try await agent.get("/health/live").status == 200)
            try await agent.until { try await agent.get("/metrics").status == 200 }
            for _ in 0..<3 { Self.check(try await agent.get("/metrics").samples) }
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_agent_http_connections_cut_total{reason=\"full\"}"] == "1")
            #expect(samples["apus_agent_scrapes_aborted_total"] == "1")
        }
    }

    @Test func `asking for the head makes no exposition`() async throws {
        try await Self.withManySeries { agent in
            let before = try await agent.get("/metrics").samples["apus_agent_scrapes_total"].flatMap(Int.init) ?? 0
            for _ in 0..<5 {
                let head = try await agent.get("/metrics", method: .HEAD)
                #expect(head.status == 200 && head.headers["Content-Length"].isEmpty)
                #expect(head.headers["Content-Type"] == ["text/plain; version=0.0.4; charset=utf-8"])
            }
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_agent_scrapes_total"] == "\(before + 1)")
            #expect(samples["apus_agent_scrapes_aborted_total"] == "0")
        }
    }

    @Test(arguments: ["gzip", "zstd"])
    func `what is compressed unpacks to the same series`(coding: String) async throws {
        try await Self.withManySeries {
            $0.compression = .always
        } _: { agent in
            // Not by a client that unpacks of itself; HTTP/1.0 comes without chunks.
            let client = try RawClient(port: agent.port)
            client.send("GET /metrics HTTP/1.0\r\nAccept-Encoding: \(coding)\r\n\r\n")
            let answer = client.readToEnd()
            let end = try #require(answer.indices.first { answer[$0...].starts(with: "\r\n\r\n".utf8) })
            let head = String(decoding: answer[..<end], as: UTF8.self)
            #expect(head.contains("Content-Encoding: \(coding)\r\n"))
            #expect(head.contains("Vary: Accept, Accept-Encoding\r\n"))
            let packed = answer[(end + 4)...]
            let text = try Self.unpack(packed, by: coding)
            #expect(packed.count < text.utf8.count / 5)
            Self.check(RunningAgent.Page(status: 200, headers: [:], text: text).samples)
        }
    }

    @Test func `clients on the same host get it plain unless all is compressed`() async throws {
        try await RunningAgent.with { agent in
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(agent.port)/metrics")
            request.headers.add(name: "Accept-Encoding", value: "gzip")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            #expect(response.headers["Content-Encoding"].isEmpty)
            #expect(String(buffer: try await response.body.collect(upTo: 1 << 20)).contains("apus_agent_build_info"))
        }
    }

    @Test func `a format that does not exist is told`() async throws {
        try await RunningAgent.with { agent in
            let page = try await agent.get("/metrics?format=xml")
            #expect(page.status == 400)
            #expect(page.text.contains("text, openmetrics, openmetrics2 or protobuf"))
        }
    }

    /// By the public tool.
    private static func unpack(_ packed: ArraySlice<UInt8>, by coding: String) throws -> String {
        let unpacked = try Command.run(coding, ["-dc"], input: Data(packed))
        #expect(unpacked.passed)
        return unpacked.output
    }
}
