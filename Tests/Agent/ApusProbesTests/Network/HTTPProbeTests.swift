import AgentMetrics
import ApusProbes
import HostTesting
import ServerTesting
import Testing

/// The health of a service, asked of a real nginx and of servers that say odd things.
@Suite struct HTTPProbeTests {
    private func figures(_ target: HTTPTarget) async throws -> HTTPHealthFigures {
        let result = try await AskedServer(.http(target)).ask()
        guard case .success(.http(let figures)) = result else { throw Unexpected("\(result)") }
        return figures
    }

    private func target(_ port: Int, _ path: String) throws -> HTTPTarget {
        HTTPTarget(url: try ProbeURL("http://127.0.0.1:\(port)\(path)"))
    }

    private func nginx(_ port: Int, _ locations: String) throws -> NginxServer {
        try NginxServer(port: port) { folder in
            """
            events {}
            http { access_log \(folder.path("access.log")); \(NginxServer.temporaryPaths(in: folder))
              server { listen 127.0.0.1:\(port); default_type application/json; \(locations) }
            }
            """
        }
    }

    @Test func `a real server says how it is, and what it took`() async throws {
        let port = try LoopbackPort.free()
        let server = try nginx(
            port,
            """
            location = /up { return 200 '{"status":"UP","components":{"db":{"status":"DOWN"}}}'; }
            location = /warn { default_type application/health+json; return 200 '{"status":"warn"}'; }
            location = /plain { default_type text/plain; return 200 'ok'; }
            location = /empty { return 204; }
            location = /moved { return 302 http://127.0.0.1:\(port)/moved?token=SECRET; }
            location = /down { return 503 '{"status":"DOWN"}'; }
            location = /marked { return 200 '\u{FEFF}{"status":"DOWN"}'; }
            location = /host { return 200 '{"status":"$http_host"}'; }
            location = /lies { return 200 '{"status":"DOWN"}'; }
            """)
        defer { server.stop() }
        let up = try await figures(target(port, "/up"))
        #expect(up.status == 200 && up.health == .pass && up.certificateEnd == nil)
        #expect((up.phases[.firstByte] ?? 0) > 0 && up.phases[.tls] == nil && (up.phases[.connect] ?? 0) > 0)
        #expect(try await figures(target(port, "/warn")).health == .warn)
        #expect(try await figures(target(port, "/plain")).health == nil)
        #expect(try await figures(target(port, "/empty")).status == 204)
        var head = try target(port, "/up")
        head.method = .head
        #expect(try await figures(head).status == 200)

        let moved = try await AskedServer(.http(target(port, "/moved"))).failure()
        #expect(moved.reason == .status && moved.text.contains("302") && moved.text.contains("127.0.0.1"))
        #expect(!moved.text.contains("SECRET") && !moved.text.contains("/moved"))
        guard case .http(let answer)? = moved.figures else { throw Unexpected("\(moved)") }
        #expect(answer.status == 302)
        var expected = try target(port, "/moved")
        expected.status = [302...302]
        #expect(try await figures(expected).status == 302)
        let down = try await AskedServer(.http(target(port, "/down"))).failure()
        #expect(down.reason == .status && down.text.contains("503"))
        let lies = try await AskedServer(.http(target(port, "/lies"))).failure()
        #expect(lies.reason == .status && lies.text.contains("not well"))
        guard case .http(let told)? = lies.figures else { throw Unexpected("\(lies)") }
        #expect(told.health == .fail && told.status == 200)
        // With the mark of a byte order, as .NET writes it.
        guard case .http(let marked)? = try await AskedServer(.http(target(port, "/marked"))).failure().figures else {
            throw Unexpected("/marked is up")
        }
        #expect(marked.health == .fail)
        var virtual = try target(port, "/host")
        virtual.headers = [HTTPTarget.Field(name: "host", value: "healthy")]
        #expect(try await figures(virtual).health == .pass)
        let missing = try await AskedServer(.http(target(port, "/none?key=SECRET"))).failure()
        #expect(missing.text.contains("404") && !missing.text.contains("SECRET"))
        // Each was asked as one is told apart: by its agent, over a connection of its own.
        let log = try server.folder.read("access.log")
        #expect(log.contains("apus-agent/") && log.contains("HEAD /up"))
    }

    @Test func `a password goes to the server, and nowhere else`() async throws {
        let port = try LoopbackPort.free()
        // probe:S3CRET-m4rk
        let server = try nginx(
            port,
            """
            location / { if ($http_authorization = "Basic cHJvYmU6UzNDUkVULW00cms=") { return 200 '{"status":"ok"}'; } return 401; }
            location /token { if ($http_authorization = "Bearer T0KEN-m4rk") { return 204; } return 403; }
            """)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        try folder.write("S3CRET-m4rk\n", to: "password")
        try folder.write("T0KEN-m4rk", to: "token")
        var asked = try target(port, "/")
        asked.login = .basic(user: "probe", password: .file(folder.path("password")))
        #expect(try await figures(asked).health == .pass)
        var bearer = try target(port, "/token")
        bearer.login = .bearer(.file(folder.path("token")))
        #expect(try await figures(bearer).status == 204)

        // A new password is taken in at the next attempt.
        let probe = try AskedServer(.http(asked))
        #expect(try await probe.ask().get() != .connected)
        try folder.write("WR0NG-m4rk", to: "password")
        let refused = try await probe.failure()
        #expect(refused.reason == .authentication && refused.text.contains("401") && !refused.text.contains("m4rk"))
        try folder.remove("password")
        let gone = try await probe.failure()
        #expect(gone.reason == .file && gone.text.contains("password_file"))
        try folder.write("two\nlines m4rk", to: "token")
        let odd = try await AskedServer(.http(bearer)).failure()
        #expect(odd.reason == .file && !odd.text.contains("m4rk"))
    }

    @Test func `a secret in a header field goes to the server, and nowhere else`() async throws {
        let port = try LoopbackPort.free()
        let server = try nginx(
            port, #"location / { if ($http_x_api_key = "K3Y-m4rk") { return 204; } return 403; }"#)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        try folder.write("K3Y-m4rk\n", to: "key")
        var asked = try target(port, "/")
        asked.secretHeaders = [HTTPTarget.SecretField(name: "X-Api-Key", value: .file(folder.path("key")))]
        let probe = try AskedServer(.http(asked))
        #expect(try await probe.ask().get() != .connected)
        try folder.write("0THER-m4rk\n", to: "key")
        let refused = try await probe.failure()
        #expect(refused.reason == .status && refused.text.contains("403") && !refused.text.contains("m4rk"))
        try folder.write("two\r\nX: lines-m4rk", to: "key")
        let odd = try await probe.failure()
        #expect(odd.reason == .file && odd.text.contains("X-Api-Key") && !odd.text.contains("m4rk"), "\(odd.text)")
        try folder.remove("key")
        let gone = try await probe.failure()
        #expect(gone.reason == .file && gone.text.contains("value_file"), "\(gone.text)")
    }

    @Test func `a body has to have the text that is named`() async throws {
        let server = try RudeListener.http(String(repeating: "aab", count: 20_000) + "aaaab, all is well")
        defer { server.stop() }
        var asked = try target(server.port, "/")
        asked.text = BodyText("aaaab, all")
        #expect(try await figures(asked).status == 200)
        asked.text = BodyText("aaaaab")
        let lacking = try await AskedServer(.http(asked)).failure()
        #expect(lacking.reason == .content && lacking.text.contains("contains") && !lacking.text.contains("aaaaab"))
        guard case .http(let told)? = lacking.figures else { throw Unexpected("\(lacking)") }
        #expect(told.status == 200)
        #expect(BodyText("abab").isIn(Array("abaabab".utf8)) && !BodyText("abab").isIn(Array("abaaba".utf8)))
        #expect(BodyText("a").isIn([97]) && !BodyText("ab").isIn([97]) && !BodyText("a").isIn([]))
    }

    @Test func `a body that is longer than is read does not matter`() async throws {
        let server = try RudeListener { connection in
            connection.receive()
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"status\":\"down\",\"x\":\"")
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
            while connection.send(piece) {}
        }
        defer { server.stop() }
        let figures = try await figures(target(server.port, "/"))
        #expect(figures.status == 200 && figures.health == nil)
    }

    static let bodies: [(String, String, ServiceHealth?)] = [
        ("application/json", #"{"a":{"status":"down"},"status":"ok","status":"down"}"#, nil),
        ("application/json; charset=utf-8", #"{"a":{"status":"down"},"status":"Healthy"}"#, .pass),
        ("application/vnd.spring-boot.actuator.v3+json", #"{"status":"UNKNOWN"}"#, .warn),
        ("application/json", #"{"status":200}"#, nil), ("text/html", #"{"status":"down"}"#, nil),
        ("application/json", #"{"status":"down""#, nil),
        ("application/json", String(repeating: "[", count: 60_000), nil),
    ]

    @Test(arguments: HTTPProbeTests.bodies) func `what a body says of itself`(
        _ type: String, _ body: String, _ health: ServiceHealth?
    ) async throws {
        let server = try RudeListener.http(body, fields: "Content-Type: \(type)\r\n")
        defer { server.stop() }
        #expect(try await figures(target(server.port, "/")).health == health)
    }

    @Test func `a compressed body that nobody asked for is not read`() async throws {
        let server = try RudeListener.http(
            #"{"status":"down"}"#, fields: "Content-Type: application/json\r\nContent-Encoding: gzip\r\n")
        defer { server.stop() }
        #expect(try await figures(target(server.port, "/")).health == nil)
        #expect(!server.received.lowercased().contains("accept-encoding"))
    }

    @Test func `bodies in chunks, ended by the connection, and after an answer under way`() async throws {
        let chunked =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\n{\"sta\r\n9\r\ntus\":\"up\"\r\n1\r\n}\r\n0\r\n\r\n"
        let open = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"status\":\"pass\"}"
        for answer in [chunked, open] {
            let server = try RudeListener.answering(answer)
            defer { server.stop() }
            #expect(try await figures(target(server.port, "/")).health == .pass)
        }
    }

    @Test(arguments: [
        ("ftp://h/", "is no URL of HTTP"), ("http://u:p@h/", "has a user before its host"), ("http://h/#x", "has a fragment"),
        ("http://h:0/", "has no port"), ("http://h:65536/", "has no port"), ("http://::1/", "without brackets"),
        ("http://[::1/", "has [ without ]"), ("http://[h]/", "has no address of IPv6"), ("http:///x", "names no host"),
        ("http://h /", "has a space"), ("http://h\u{e9}/", "not ASCII"), ("http://h!/", "names no host"),
    ]) func `a URL that is none`(_ text: String, _ reason: String) {
        do throws(ProbeURLFault) {
            _ = try ProbeURL(text)
            Issue.record("it is taken")
        } catch {
            #expect(error.reason.contains(reason) && !error.reason.contains("u:p"))
        }
    }

    @Test func `what a URL says`() throws {
        let plain = try ProbeURL("http://api.example")
        #expect(plain.port == 80 && plain.target == "/" && plain.hostField == "api.example" && !plain.isSecure)
        let full = try ProbeURL("HTTPS://[::1]:8443/a?b=c")
        #expect(full.host == "::1" && full.target == "/a?b=c" && full.hostField == "[::1]:8443" && full.isSecure)
        #expect(try ProbeURL("https://h?x").target == "/?x")
    }
}
