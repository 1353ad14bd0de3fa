import ApusTopology
import Foundation
import HostTesting
import ServerTesting
import Testing

/// nginx with the generated configuration, asked as clients ask it.
@Suite struct `nginx, running` {
    static let securityHeaders = [
        "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "strict-transport-security": "max-age=63072000",
        "cross-origin-resource-policy": "same-origin",
    ]

    @Test func `spreads requests over all instances and keeps its connections to them`() throws {
        let fleet = try BalancedFleet()
        #expect(try fleet.statuses(of: "/stats", times: 40).allSatisfy { $0 == 200 })
        for instance in fleet.instances { #expect(instance.requests.count == 20, "\(instance.name)") }
        let answer = try fleet.get("/stats")
        #expect(answer.body.contains("HTTP/1.1\n"))
        #expect(!answer.body.lowercased().contains("\nconnection:"))
    }

    @Test func `says who asked, and not what the client says of itself`() throws {
        let fleet = try BalancedFleet()
        let answer = try fleet.get("/stats", "--header", "X-Forwarded-For: 192.0.2.9", "--header", "X-Request-ID: forged")
        #expect(answer.body.contains("X-Forwarded-For: 127.0.0.1\n"))
        #expect(answer.body.contains("X-Forwarded-Proto: https\n"))
        #expect(answer.body.contains("Host: \(BalancedFleet.name)\n"))
        let id = try #require(answer.headers["x-request-id"])
        #expect(answer.body.contains("X-Request-ID: \(id)\n"))
        #expect(!answer.body.contains("forged") && !answer.body.contains("192.0.2.9"))
    }

    @Test func `answers every path and every error with the security headers, each once`() throws {
        let fleet = try BalancedFleet()
        let paths = ["/", "/api/auth/login", "/api/webhooks/x", "/api/upload/x", "/ws/x", "/health/live", "/health/ready"]
        var answers = try paths.map { ($0, try fleet.get($0), 200) }
        answers.append(
            (
                "a body that is too large",
                try fleet.get("/", "--http1.1", "--header", "Content-Length: 9999999", "-X", "POST"), 413
            ))
        answers.append(("no such method", try fleet.get("/", "--http1.1", "-X", "B@D"), 400))
        for (name, answer, status) in answers {
            #expect(answer.status == status, "\(name)")
            for (header, value) in Self.securityHeaders {
                #expect(answer.headers[header] == value, "\(name): \(header)")
                #expect(answer.counts[header] == 1, "\(name): \(header)")
            }
            #expect(answer.headers["retry-after"] == nil)
            #expect(answer.headers["server"] == nil || answer.headers["server"] == "nginx", "the version is hidden")
        }
    }

    @Test func `refuses logins past the burst of their zone, and nothing else`() throws {
        let fleet = try BalancedFleet()
        let statuses = try fleet.statuses(of: "/api/auth/login", times: 300)
        let passed = statuses.count { $0 == 200 }
        #expect(statuses.count == 300)
        // The first, the burst, and one for every tenth of a second that 300 requests took.
        #expect(passed >= 21)
        #expect(statuses.contains(429))
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 429 })
        #expect(statuses.prefix(21).allSatisfy { $0 == 200 })
        let refused = try Self.firstRefusal(of: fleet)
        #expect(refused.headers["retry-after"] == "1")
        for (header, value) in Self.securityHeaders { #expect(refused.headers[header] == value, "\(header)") }
        #expect(try fleet.statuses(of: "/health/live", times: 400).allSatisfy { $0 == 200 }, "health has no limit")
        #expect(try fleet.get("/stats").status == 200)
    }

    /// The zone lets ten a second through: within so many one is refused.
    private static func firstRefusal(of fleet: BalancedFleet) throws -> BalancedFleet.Answer {
        for _ in 0..<50 {
            _ = try fleet.statuses(of: "/api/auth/login", times: 50)
            let answer = try fleet.get("/api/auth/login")
            if answer.status == 429 { return answer }
        }
        throw CancellationError()
    }

    @Test func `passes the upgrade to WebSockets on, where they are`() throws {
        let fleet = try BalancedFleet()
        let options = ["--http1.1", "--header", "Connection: Upgrade", "--header", "Upgrade: websocket"]
        let socket = try fleet.get("/ws/live", options[0], options[1], options[2], options[3], options[4])
        #expect(socket.body.contains("Upgrade: websocket\n") && socket.body.contains("Connection: upgrade\n"))
        let other = try fleet.get("/stats", options[0], options[1], options[2], options[3], options[4])
        #expect(!other.body.contains("Connection: upgrade\n"))
        // A plain request to the same path does not close the connection to the instance.
        #expect(try !fleet.get("/ws/live").body.lowercased().contains("\nconnection:"))
    }

    @Test func `sends HTTP on to TLS, with its path`() throws {
        let fleet = try BalancedFleet()
        let answer = try fleet.getPlain("/orders?x=1")
        #expect(answer.status == 308)
        #expect(answer.headers["location"]?.hasPrefix("https://\(BalancedFleet.name):") == true)
        #expect(answer.headers["location"]?.hasSuffix("/orders?x=1") == true)
        #expect(answer.headers["x-frame-options"] == "DENY")
        #expect(answer.headers["strict-transport-security"] == nil, "browsers take it over TLS only")
    }

    @Test func `speaks TLS 1.2 and 1.3 and HTTP/2, and nothing older`() throws {
        let fleet = try BalancedFleet()
        #expect(try fleet.get("/", "--tls-max", "1.2").status == 200)
        #expect(try fleet.get("/", "--tlsv1.3").status == 200)
        #expect(throws: (any Error).self) { try fleet.get("/", "--tls-max", "1.1") }
        #expect(try fleet.curl(["--http2", "--output", "/dev/null", "--write-out", "%{http_version}", Self.url(fleet)]) == "2")
    }

    private static func url(_ fleet: BalancedFleet) -> String { "https://\(BalancedFleet.name):\(fleet.securePort)/" }

    @Test func `shows its status to its own host only`() throws {
        let fleet = try BalancedFleet()
        let url = "http://127.0.0.1:\(fleet.statusPort)/stub_status"
        #expect(try fleet.curl([url]).hasPrefix("Active connections: "))
        // Another address of the same interface stands for another host.
        let refused = try fleet.curl(["--interface", "127.0.0.2", "--output", "/dev/null", "--write-out", "%{http_code}", url])
        #expect(refused == "403")
        // Nor is it there where the world asks.
        #expect(try fleet.get("/stub_status").body.hasPrefix("api-"))
        #expect(throws: (any Error).self) { try fleet.curl(["http://127.0.0.2:\(fleet.statusPort)/stub_status"]) }
    }

    @Test func `tries another instance for a GET, and sends no POST twice`() throws {
        let fleet = try BalancedFleet(first: .hangsUp)
        for _ in 1...4 { #expect(try fleet.get("/stats").status == 200) }
        let other = try BalancedFleet(first: .hangsUp)
        let statuses = try (1...6).map { _ in try other.get("/orders", "--data", "{}").status }
        #expect(statuses.contains(502))
        #expect(other.instances.map(\.requests.count).reduce(0, +) == 6)
    }

    @Test func `logs each request as JSON with its id and the time that its instance took`() throws {
        struct Entry: Decodable {
            let request_id: String
            let status: Int
            let uri: String
            let upstream_address: String
            let upstream_response_time: String
            let rate_limit: String
            let request_time: Double
        }
        let fleet = try BalancedFleet()
        let answer = try fleet.get("/api/auth/login?name=%22quoted%22", "--header", "User-Agent: \"\\ \u{7}")
        fleet.nginx.stop()
        let lines = try fleet.nginx.folder.read("access.log").split(separator: "\n")
        let entry = try JSONDecoder().decode(Entry.self, from: Data(try #require(lines.last).utf8))
        #expect(lines.count == 1)
        #expect(entry.request_id == answer.headers["x-request-id"])
        #expect(entry.status == 200 && entry.uri == "/api/auth/login?name=%22quoted%22")
        #expect(fleet.instances.map { "127.0.0.1:\($0.port)" }.contains(entry.upstream_address))
        #expect(Double(entry.upstream_response_time) != nil && entry.rate_limit == "PASSED")
    }
}
