import AgentMetrics
import ApusAgent
import ApusHTTP
import ApusJournal
import ApusLimits
import ApusSystemd
import CLinux
import Foundation
import Glibc
import HostTesting
import Testing

/// Clients that are slow, greedy or not who they say.
@Suite(.timeLimit(.minutes(2))) struct EndpointClientsTests {
    @Test func `clients that send a header now and then keep no scrape out`() async throws {
        try await RunningAgent.with {
            $0.connectionLimit = 8
            $0.connectionShare = 8
        } _: { agent in
            let slow = try (0..<40).map { _ in try RawClient(port: agent.port) }
            for round in 0..<5 {
                for client in slow { client.send(round == 0 ? "GET /metrics HTTP/1.1\r\n" : "X-\(round): 1\r\n") }
                #expect(try await agent.get("/metrics").status == 200)
                #expect(try await agent.get("/health/live").status == 200)
            }
        }
    }

    @Test func `pipelined requests are answered in order, and a flood of them holds nobody up`() async throws {
        try await RunningAgent.with { agent in
            let client = try RawClient(port: agent.port)
            client.send((0..<50).map { "GET /health/live HTTP/1.1\r\nHost: a\r\nX: \($0)\r\n\r\n" }.joined())
            client.send("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answers = String(decoding: client.readToEnd(), as: UTF8.self)
            #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count == 51)
            #expect(answers.components(separatedBy: "HTTP/1.1 404 Not Found").count == 2)
            let flood = try RawClient(port: agent.port)
            let requests = String(repeating: "HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 500)
            let sending = Task.detached { for _ in 0..<40 { flood.send(requests) } }
            let reading = Task.detached { while !flood.read(65_536).isEmpty {} }
            for _ in 0..<10 {
                let start = ContinuousClock.now
                #expect(try await agent.get("/health/live").status == 200)
                // All of the flood takes longer.
                #expect(ContinuousClock.now - start < .seconds(4))
            }
            await sending.value
            flood.end()
            await reading.value
        }
    }

    @Test(arguments: [
        ("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n\(String(repeating: "x", count: 60_000))", "413"),
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", "414"),
        ("GET /metrics HTTP/1.1\r\nHost: a\r\nCookie: \(String(repeating: "a", count: 9000))\r\n\r\n", "431"),
        (
            "GET /metrics HTTP/1.1\r\nHost: a\r\n\((0..<200).map { "X-\($0): 1\r\n" }.joined())\r\n", "431"
        ),
    ])
    func `a request past a limit is refused`(request: String, status: String) async throws {
        try await RunningAgent.with { agent in
            let client = try RawClient(port: agent.port)
            client.send(request)
            #expect(String(decoding: client.read(12), as: UTF8.self) == "HTTP/1.1 \(status)")
        }
    }

    @Test(arguments: [
        (
            "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
            "200"
        ),
        ("CONNECT a:22 HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
        ("GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        ("GET /health/live HTTP/1.1\r\nHost: attacker.example, a.localhost\r\n\r\n", "400"),
        ("GET /health/live HTTP/1.1\r\nHost: a\(String(repeating: "\u{0315}\u{0300}", count: 200))\r\n\r\n", "400"),
        ("GET http://127.0.0.1/health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200"),
        ("GET http://attacker.example/health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "421"),
    ])
    func `what is no plain request is answered, and its connection ended`(request: String, status: String) async throws {
        try await RunningAgent.with { agent in
            let client = try RawClient(port: agent.port)
            let start = ContinuousClock.now
            client.send(request)
            let answer = String(decoding: client.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
            #expect(answer.contains("Connection: close\r\n"))
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func `documents that nobody takes fill no memory: past a share of them the slowest gives way`() async throws {
        try await RunningAgent.with {
            $0.expected = (0..<3000).map { InstanceIdentity(service: "s", instance: "instance-with-a-long-name-\($0)") }
        } _: { agent in
            let unread = try (0..<EndpointLimits.scrapeShare.value + 1).map { _ in
                let client = try RawClient(port: agent.port)
                client.send("GET /resources HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            #expect(unread.allSatisfy { !$0.read(16).isEmpty })
            try await agent.until { try await agent.get("/resources").status == 200 }
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_agent_http_connections_cut_total{reason=\"full\"}"].flatMap(Int.init) ?? 0 >= 1)
        }
    }

    @Test(arguments: ["/metrics", "/health", "/api/v1/journal", "/targets", "/"])
    func `no page is told under a name that anybody could have made to lead here`(page: String) async throws {
        try await RunningAgent.with {
            $0.allowedHosts = [.name("agent.example.org")]
        } _: { agent in
            for (host, status) in [("attacker.example", "421"), ("agent.example.org:9480", "200"), ("worker-1:9480", "200")] {
                let client = try RawClient(port: agent.port)
                client.send("GET \(page) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                #expect(String(decoding: client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 \(status) "))
            }
            #expect(try await agent.get("/metrics").samples["apus_agent_http_hosts_refused_total"] == "1")
        }
    }

    @Test func `the journal's texts are told to its readers over a Unix socket, and to nobody over TCP`() async throws {
        let folder = try TemporaryFolder()
        let entry =
            "__REALTIME_TIMESTAMP=1700000000000000\n__MONOTONIC_TIMESTAMP=1\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
            + "_SYSTEMD_UNIT=a.service\nPRIORITY=3\nMESSAGE=the password is hunter2\n\n"
        let written = try Command.run(
            "/lib/systemd/systemd-journal-remote", ["--output=\(folder.path("a.journal"))", "-"], input: Data(entry.utf8))
        try #require(written.passed, "\(written.errors)")
        let path = folder.path("http.sock")
        let listening = [socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0), try LoopbackSocket.listening()]
        try #require(apus_unix_bind(listening[0], path) == 0 && listen(listening[0], 16) == 0)
        let passed = listening.map { ActivationSocket(descriptor: $0, name: "http") }
        try await RunningAgent.with(
            {
                $0.journal = JournalFollowerConfiguration(
                    source: .directory(folder.path), statePath: folder.path("state"), beginning: .beginning)
            }, passed: passed
        ) { agent in
            func overUnix() throws -> String {
                try Command.run("curl", ["-s", "--unix-socket", path, "http://localhost/api/v1/journal"]).output
            }
            try await agent.until { try overUnix().contains("the password is hunter2") }
            #expect(try overUnix().contains("\"messagesIncluded\" : true"))
            let port = try #require(LoopbackSocket.port(of: listening[1]))
            let overTCP = try Command.run("curl", ["-s", "http://127.0.0.1:\(port)/api/v1/journal"]).output
            #expect(overTCP.contains("\"err\" : 1") && overTCP.contains("\"cursor\" : "))
            #expect(overTCP.contains("\"messagesIncluded\" : false"))
            #expect(!overTCP.contains("hunter2"))
        }
    }

    @Test(arguments: [
        (JournalMessagePolicy.readers, ConnectionPeer.user(0), true), (.readers, .user(geteuid()), true),
        (.readers, .user(65_534), false), (.readers, .ipv4(0x7f00_0001), false), (.readers, .unknown, false),
        (.all, .ipv4(1), true), (.none, .user(0), false),
    ])
    func `the journal's texts are for those who may read it`(policy: JournalMessagePolicy, peer: ConnectionPeer, may: Bool) {
        #expect(policy.allow(peer) == may)
    }

    @Test func `every reason for which a connection is cut has its series`() {
        #expect(ConnectionCutReason.allCases.map(\.rawValue) == HTTPConnectionCut.allCases.map(\.rawValue))
    }
}
