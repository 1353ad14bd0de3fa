import Foundation
import HostTesting
import Testing

/// The agent's endpoints with TLS, asked by curl, by openssl and by Python's ssl.
@Suite(.timeLimit(.minutes(3))) struct TLSTests {
    private static let server = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"

    @Test func `who speaks TLS is answered, and who does not is told`() async throws {
        let agent = try await SecuredAgent(Self.server)
        let answer = try await agent.curl()
        #expect(answer.status == 200 && answer.text.contains("apus_agent_build_info"), "\(answer)")
        #expect(answer.text.hasPrefix("HTTP/1.1"), "no HTTP/2 is spoken")
        let plain = try await agent.curl(scheme: "http")
        #expect(plain.status == 400 && plain.text.contains("this port speaks TLS: ask by https://"), "\(plain)")
        let unknown = try await agent.curl("/metrics", ["--cacert", agent.certificates.certificate("stranger")])
        #expect(unknown.exit == 60)
        let report = try await agent.curl("/v1/report/a/b", port: agent.reports, ["-X", "DELETE"])
        #expect(report.status == 204, "\(report)")
        #expect(try await agent.denied("handshake") ?? 0 >= 1)
        let end = try #require(try await agent.value("apus_agent_http_certificate_expiry_timestamp_seconds"))
        #expect(abs(end - Date().timeIntervalSince1970 - 2 * 86_400) < 3600)
        let targets = try await agent.curl("/targets")
        #expect(targets.text.contains("\"__scheme__\" : \"https\""), "\(targets.text)")
        #expect(agent.program.errors.contains("https://127.0.0.1:\(agent.port)/metrics"))
        try await agent.stop()
    }

    /// Who gets in by what a client is asked for: nobody's certificate, one of the authority, and one of another authority.
    @Test(arguments: [
        ("NoClientCert", [200, 200, 200]), ("RequestClientCert", [200, 200, 200]), ("RequireAnyClientCert", [0, 200, 200]),
        ("VerifyClientCertIfGiven", [200, 200, 0]), ("RequireAndVerifyClientCert", [0, 200, 0]),
    ])
    func `a client's certificate is asked for as the file says`(kind: String, expected: [Int]) async throws {
        let authority = kind == "NoClientCert" ? "" : "  client_ca_file: authority.pem\n"
        let agent = try await SecuredAgent(Self.server + "  client_auth_type: \(kind)\n" + authority)
        for version in ["1.2", "1.3"] {
            var statuses: [Int] = []
            for certificate in [nil, "client", "foreign"] {
                statuses.append(
                    try await agent.curl("/health/live", certificate: certificate, ["--tls-max", version]).status)
            }
            #expect(statuses == expected, "TLS \(version)")
        }
        let refused = Double(expected.count { $0 == 0 } * 2)
        #expect(try await agent.denied("handshake") == refused)
        try await agent.stop()
    }

    @Test func `without an authority no certificate is taken, and the exporters' blocking file blocks`() async throws {
        let agent = try await SecuredAgent(Self.server + "  client_auth_type: RequireAndVerifyClientCert\n")
        #expect(try await agent.curl(certificate: "client").status == 0)
        #expect(try await agent.curl().status == 0)
        try await agent.stop()
    }

    @Test(arguments: ["one.test", "192.0.2.7", "2001:db8::7", "one@client.test", "spiffe://client.test/one"])
    func `a client is known by one of its names, to the letter`(name: String) async throws {
        let text = Self.server + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: authority.pem\n"
        let agent = try await SecuredAgent(text + "  client_allowed_sans: [other.test, '\(name)']\n")
        for version in ["1.2", "1.3"] {
            #expect(try await agent.curl(certificate: "client", ["--tls-max", version]).status == 200)
            #expect(try await agent.curl(certificate: "nameless", ["--tls-max", version]).status == 0)
            #expect(try await agent.curl(certificate: "foreign", ["--tls-max", version]).status == 0)
        }
        #expect(try await agent.denied("certificate") == 2)
        try agent.folder.write(text + "  client_allowed_sans: ['x\(name)', '*.test', 'ONE.test']\n", to: "web.yml")
        agent.program.signal(SIGHUP)
        try await eventually("the client is known no more") {
            try await agent.curl(certificate: "client").status == 0
        }
        try await agent.stop()
    }

    /// Sessions that clients without tickets come back to are kept by thousands, with the certificates of each.
    @Test(arguments: ["", "no ticket"])
    func `no session is kept or resumed, and every connection shows its certificate`(ticket: String) async throws {
        let agent = try await SecuredAgent(
            Self.server
                + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: authority.pem\n  client_allowed_sans: [one.test]\n"
        )
        for version in ["TLSv1_2", "TLSv1_3"] {
            let known = try await Command.runApart(
                "python3", [SecuredAgent.clients, "resumed", "\(agent.port)", agent.folder.path, version, "client", ticket])
            let lines = known.output.split(separator: "\n").map(String.init)
            #expect(lines == (0..<3).map { "\($0) HTTP/1.1 200 False" }, "\(version) \(known.text)")
            let other = try await Command.runApart(
                "python3", [SecuredAgent.clients, "resumed", "\(agent.port)", agent.folder.path, version, "nameless", ticket])
            #expect(!other.output.contains("200"), "\(version) \(other.text)")
        }
        try await agent.stop()
    }

    @Test func `a handshake is no longer than a client's certificate needs`() async throws {
        let agent = try await SecuredAgent(Self.server + "  client_auth_type: RequireAnyClientCert\n")
        let names = (0..<2500).map { "DNS:one-of-many-names-\($0).test" }.joined(separator: ",")
        try agent.certificates.sign("large", names, by: "authority")
        for version in ["1.2", "1.3"] {
            #expect(try await agent.curl("/health/live", certificate: "client", ["--tls-max", version]).status == 200)
            #expect(try await agent.curl("/health/live", certificate: "large", ["--tls-max", version]).status == 0)
        }
        #expect(try await agent.denied("handshake") == 2)
        #expect(agent.program.errors.contains("its handshake is longer than 32 KiB"), "\(agent.program.errors)")
        try await agent.stop()
    }

    @Test func `versions, cipher suites and curves are those of the file`() async throws {
        let agent = try await SecuredAgent(
            Self.server
                + "  min_version: TLS12\n  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  curve_preferences: [CurveP521]\n"
        )
        func talk(_ options: [String]) async throws -> String {
            let made = try await Command.runApart(
                "timeout", ["10", "openssl", "s_client", "-connect", "127.0.0.1:\(agent.port)"] + options)
            return made.text
        }
        let right = try await talk([])
        #expect(
            right.contains("ECDHE-ECDSA-AES256-GCM-SHA384") && right.contains("TLSv1.2") && right.contains("521 bits"),
            "\(right)")
        #expect(try await talk(["-tls1_3"]).contains("Cipher is (NONE)"))
        #expect(try await talk(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]).contains("Cipher is (NONE)"))
        #expect(try await talk(["-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]).contains("Cipher is (NONE)"))
        #expect(try await talk(["-curves", "P-384"]).contains("Cipher is (NONE)"))
        try agent.folder.write(Self.server + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n", to: "web.yml")
        agent.program.signal(SIGHUP)
        try await eventually("TLS 1.3 alone is spoken") {
            let (new, old) = (try await talk(["-tls1_3"]), try await talk(["-tls1_2"]))
            return new.contains("TLSv1.3") && old.contains("Cipher is (NONE)")
        }
        try await agent.stop()
    }

    @Test func `a client that stays keeps nothing of the long answer that it has read`() async throws {
        let agent = try await SecuredAgent(Self.server)
        let lines = (0..<10_000).map { "large_total{number=\"\($0)\"} 1\n" }.joined()
        try agent.folder.write("# TYPE large_total counter\n" + lines, to: "large.txt")
        let report = try await agent.curl(
            "/v1/report/large/large-1", port: agent.reports,
            ["-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", "@\(agent.folder.path("large.txt"))"])
        #expect(report.status == 204, "\(report)")
        func read(by count: Int) async throws -> RunningProgram {
            let readers = try RunningProgram(
                "/usr/bin/python3", [SecuredAgent.clients, "readers", "\(agent.port)", agent.folder.path, "\(count)"])
            try await eventually("the answers are read: \(readers.errors)", within: .seconds(100)) {
                readers.output.contains("held \(count) ")
            }
            return readers
        }
        func resident() throws -> Int { try #require(LinuxProcess(pid: agent.program.pid).resident) }
        // What an agent takes once for its first clients.
        try await read(by: 4).stop()
        let before = try resident()
        let readers = try await read(by: 48)
        try await eventually("no more is resident than \(before) kB and a little", within: .seconds(20)) {
            try resident() < before + 5 * 1024
        }
        #expect(readers.isRunning)
        readers.stop()
        try await agent.stop()
    }

    @Test func `clients that are slow with a handshake keep nobody out, and are cut`() async throws {
        let agent = try await SecuredAgent(Self.server)
        // The beginnings of handshakes by clients of another uid, half a record each, and then a byte now and then.
        let attacker = try RunningProgram("/usr/bin/python3", [SecuredAgent.clients, "slow_handshakes", "\(agent.port)"])
        try await eventually("they have begun: \(attacker.errors)") { attacker.output.contains("open") }
        for _ in 0..<5 {
            let start = ContinuousClock.now
            #expect(try await agent.curl("/health/live").status == 200)
            // The others have theirs until 10 s are over.
            #expect(ContinuousClock.now - start < .seconds(8))
        }
        _ = try await attacker.wait(.seconds(40))
        #expect(attacker.output.contains("left 0 from"), "\(attacker.output)\(attacker.errors)")
        #expect(try await agent.value("apus_agent_http_connections_cut_total{reason=\"request\"}") == 64)
        try await agent.stop()
    }
}
