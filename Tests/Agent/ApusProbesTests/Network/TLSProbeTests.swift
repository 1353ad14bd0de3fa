import AgentMetrics
import ApusProbes
import HostTesting
import ServerTesting
import Testing

/// TLS with a real nginx: what is trusted, what is not, and why.
@Suite struct TLSProbeTests {
    /// An nginx that speaks TLS with a certificate of a test's own authority, and without TLS on another port.
    private struct SecureServer {
        let folder: TemporaryFolder
        let certificates: TestCertificates
        let port: Int
        let plainPort: Int
        let server: NginxServer

        /// - Parameters:
        ///   - names: the alternative names of the server's certificate.
        ///   - days: when it ends.
        ///   - key: what openssl makes of it is the server's.
        init(
            names: String = "DNS:localhost,IP:127.0.0.1", days: Int = 2, options: String = "",
            key kind: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        ) throws {
            folder = try TemporaryFolder()
            certificates = TestCertificates(in: folder)
            try certificates.make("authority", signing: [])
            try certificates.make("other", signing: [])
            try certificates.make("client", signing: [])
            let request = try Command.run(
                "openssl",
                ["req", "-new", "-newkey"] + kind
                    + [
                        "-nodes", "-subj", "/CN=server", "-keyout", certificates.key("server"), "-out",
                        folder.path("server.csr"),
                    ])
            try folder.write("subjectAltName=\(names)\n", to: "extensions")
            let signed = try Command.run(
                "openssl",
                ["x509", "-req", "-in", folder.path("server.csr"), "-CA", certificates.certificate("authority"), "-CAkey"]
                    + [certificates.key("authority"), "-CAcreateserial", "-days", "\(days)", "-extfile"]
                    + [folder.path("extensions"), "-out", certificates.certificate("server")])
            guard request.passed, signed.passed else { throw Unexpected(request.text + signed.text) }
            // What is shown: the server's own and its authority's.
            try folder.write(
                try folder.read("server.pem") + folder.read("authority.pem"), to: "chain.pem")
            let (port, plainPort) = (try LoopbackPort.free(), try LoopbackPort.free())
            (self.port, self.plainPort) = (port, plainPort)
            let (chain, key) = (folder.path("chain.pem"), certificates.key("server"))
            server = try NginxServer(port: port) { folder in
                """
                events {}
                http { access_log off; \(NginxServer.temporaryPaths(in: folder))
                  server { listen 127.0.0.1:\(port) ssl; listen 127.0.0.1:\(plainPort); default_type application/json;
                    ssl_certificate \(chain); ssl_certificate_key \(key); \(options)
                    location / { return 200 '{"status":"pass"}'; } }
                }
                """
            }
        }

        func target(host: String = "127.0.0.1", _ tls: (inout ProbeTLS) -> Void = { _ in }) throws -> HTTPTarget {
            var target = HTTPTarget(url: try ProbeURL("https://\(host):\(port)/"))
            target.tls.authorityFile = certificates.certificate("authority")
            tls(&target.tls)
            return target
        }

        /// When a certificate ends, by openssl.
        func end(of name: String) throws -> Double { try certificates.end(of: name) }
    }

    private func failure(_ target: HTTPTarget) async throws -> ProbeFailure { try await AskedServer(.http(target)).failure() }

    @Test(arguments: ["127.0.0.1", "localhost"]) func `a certificate of an authority that is named`(_ host: String) async throws
    {
        let server = try SecureServer()
        defer { server.server.stop() }
        let probe = try AskedServer(.http(server.target(host: host)))
        for _ in 0..<2 {
            guard case .success(.http(let figures)) = try await probe.ask() else {
                throw Unexpected("down")
            }
            #expect(figures.status == 200 && figures.health == .pass && (figures.phases[.tls] ?? 0) > 0)
            #expect(figures.certificateEnd == (try server.end(of: "server")))
            // The authority's ends at the same time or a second before.
            #expect(figures.chainEnd == min(try server.end(of: "server"), try server.end(of: "authority")))
        }
    }

    @Test func `a port that speaks TLS, and nothing else is asked there`() async throws {
        let server = try SecureServer()
        defer { server.server.stop() }
        func target(_ port: Int, _ tls: (inout ProbeTLS) -> Void = { _ in }) -> ProbeTarget {
            var spoken = ProbeTLS()
            spoken.authorityFile = server.certificates.certificate("authority")
            tls(&spoken)
            return .tcp(TCPTarget(host: "127.0.0.1", port: port, tls: spoken))
        }
        let probe = try AskedServer(target(server.port))
        for _ in 0..<2 {
            let ends = CertificateEnds(
                leaf: try server.end(of: "server"), chain: min(try server.end(of: "server"), try server.end(of: "authority")))
            #expect(try await probe.ask() == .success(.secured(ends)))
        }
        let plain = try await AskedServer(target(server.plainPort)).failure()
        #expect(plain.reason == .tls && plain.text.contains("speaks no TLS"), "\(plain.text)")
        let other = try await AskedServer(target(server.port) { $0.serverName = "api.example" }).failure()
        #expect(other.reason == .tls && other.text.contains("other names"), "\(other.text)")
        let unknown = try await AskedServer(
            target(server.port) { $0.authorityFile = server.certificates.certificate("other") }
        ).failure()
        #expect(unknown.reason == .tls && unknown.text.contains("authority that is not known"), "\(unknown.text)")
    }

    @Test(
        arguments: [
            ["ed25519"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
            ["rsa:2048"],
        ], ["TLSv1.2", "TLSv1.3"])
    func `a certificate with any kind of key`(_ key: [String], _ version: String) async throws {
        let server = try SecureServer(options: "ssl_protocols \(version);", key: key)
        defer { server.server.stop() }
        for host in ["127.0.0.1", "localhost"] {
            guard case .success(.http(let figures)) = try await AskedServer(.http(server.target(host: host))).ask() else {
                throw Unexpected("\(key) \(version) \(host)")
            }
            #expect(figures.certificateEnd == (try server.end(of: "server")))
        }
    }

    @Test func `an authority that is not known`() async throws {
        let server = try SecureServer()
        defer { server.server.stop() }
        for authority in [nil, server.certificates.certificate("other")] {
            let failure = try await failure(server.target { $0.authorityFile = authority })
            #expect(failure.reason == .tls && failure.text.contains("authority that is not known"), "\(failure.text)")
        }
        var skipping = try server.target {
            $0.authorityFile = nil
            $0.skipsVerification = true
        }
        skipping.tls.serverName = "another.example"
        #expect(try await AskedServer(.http(skipping)).ask().get() != .connected)
    }

    /// Whoever has the name's address, or answers in its place, may have a certificate for that address: it is no proof of the name.
    @Test(arguments: ["IP:127.0.0.1", "DNS:other.example,IP:127.0.0.1", "DNS:*.localhost,IP:127.0.0.1"])
    func `a certificate for the address alone is none for a name`(_ names: String) async throws {
        let server = try SecureServer(names: names)
        defer { server.server.stop() }
        for target in [try server.target(host: "localhost"), try server.target { $0.serverName = "db.bank.example" }] {
            let failure = try await failure(target)
            #expect(failure.reason == .tls, "\(failure)")
        }
        #expect(try await AskedServer(.http(server.target())).ask().get() != .connected)
    }

    @Test(arguments: [
        ("DNS:*.bank.example", true), ("DNS:DB.Bank.example", true), ("DNS:*.example", false), ("DNS:bank.example", false),
    ])
    func `a name's case does not count, and an asterisk stands for one label`(_ names: String, _ isTaken: Bool) async throws {
        let server = try SecureServer(names: names)
        defer { server.server.stop() }
        let answer = try await AskedServer(.http(server.target { $0.serverName = "db.bank.example" })).ask()
        #expect(((try? answer.get()) != nil) == isTaken, "\(answer)")
    }

    @Test func `a certificate that has ended`() async throws {
        let server = try SecureServer(days: -1)
        defer { server.server.stop() }
        let failure = try await failure(server.target())
        #expect(failure.reason == .tls && failure.text.contains("ended on 20"), "\(failure.text)")
    }

    @Test func `a certificate for another name`() async throws {
        let server = try SecureServer(names: "DNS:api.example,IP:10.0.0.1")
        defer { server.server.stop() }
        let failure = try await failure(server.target())
        #expect(failure.reason == .tls && failure.text.contains("other names"), "\(failure.text)")
        let named = try server.target { $0.serverName = "api.example" }
        #expect(try await AskedServer(.http(named)).ask().get() != .connected)
    }

    @Test func `plain text on the other side`() async throws {
        let server = try SecureServer()
        defer { server.server.stop() }
        var target = HTTPTarget(url: try ProbeURL("https://127.0.0.1:\(server.plainPort)/"))
        target.tls.authorityFile = server.certificates.certificate("authority")
        let failure = try await failure(target)
        #expect(failure.reason == .tls && failure.text.contains("speaks no TLS"), "\(failure.text)")
    }

    @Test func `a server that ends the handshake`() async throws {
        let server = try RudeListener { $0.receive() }
        defer { server.stop() }
        let failure = try await failure(HTTPTarget(url: try ProbeURL("https://127.0.0.1:\(server.port)/")))
        #expect(failure.reason == .tls && failure.text.contains("handshake"), "\(failure.text)")
    }

    @Test func `a handshake that does not come about`() async throws {
        let server = try RudeListener { $0.waitForEnd() }
        defer { server.stop() }
        let target = HTTPTarget(url: try ProbeURL("https://127.0.0.1:\(server.port)/"))
        let failure = try await AskedServer(.http(target)).failure(within: .milliseconds(400))
        #expect(failure.reason == .timeout && failure.text.contains("TLS"), "\(failure.text)")
    }

    @Test func `a certificate of the probe's own`() async throws {
        let server = try SecureServer(
            options: "ssl_verify_client optional_no_ca; if ($ssl_client_s_dn != \"CN=client\") { return 403; }")
        defer { server.server.stop() }
        #expect(try await failure(server.target()).text.contains("403"))
        let shown = try server.target {
            $0.certificateFile = server.certificates.certificate("client")
            $0.keyFile = server.certificates.key("client")
        }
        #expect(try await AskedServer(.http(shown)).ask().get() != .connected)
        let mixed = try server.target {
            $0.certificateFile = server.certificates.certificate("client")
            $0.keyFile = server.certificates.key("other")
        }
        let failure = try await failure(mixed)
        #expect(failure.reason == .file && failure.text.contains("do not go together"), "\(failure.text)")
    }

    @Test func `files that are not there, or hold something else`() async throws {
        let server = try SecureServer()
        defer { server.server.stop() }
        let gone = try await failure(server.target { $0.authorityFile = server.folder.path("gone.pem") })
        #expect(gone.reason == .file && gone.text.contains("ca_file"), "\(gone.text)")
        let odd = try await failure(server.target { $0.authorityFile = server.certificates.key("server") })
        #expect(
            odd.reason == .file && odd.text.contains("no certificate in PEM") && !odd.text.contains("PRIVATE"), "\(odd.text)")
    }

    @Test func `a renewed authority is taken in`() async throws {
        let server = try SecureServer()
        defer { server.server.stop() }
        let authority = server.folder.path("trusted.pem")
        try server.folder.write(server.folder.read("other.pem"), to: "trusted.pem")
        let probe = try AskedServer(.http(server.target { $0.authorityFile = authority }))
        #expect(try await probe.failure().reason == .tls)
        try server.folder.write(server.folder.read("authority.pem"), to: "trusted.pem")
        #expect(try await probe.ask().get() != .connected)
    }
}
