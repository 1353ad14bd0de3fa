import Foundation
import Glibc
import HostTesting
import Testing

/// A web configuration that changes while the agent runs.
@Suite(.serialized, .timeLimit(.minutes(3))) struct WebReloadTests {
    private static let server = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"

    private func current(_ agent: SecuredAgent) async throws -> Double? {
        try await agent.value("apus_agent_config_last_reload_successful")
    }

    @Test func `headers are added to every answer, and follow the file`() async throws {
        let agent = try await SecuredAgent("http_server_config: { headers: { X-Frame-Options: deny, X-XSS-Protection: 1 } }")
        for path in ["/", "/metrics", "/nowhere"] {
            let answer = try await agent.curl(path, scheme: "http")
            #expect(
                answer.text.contains("X-Frame-Options: deny\r\n") && answer.text.contains("X-XSS-Protection: 1\r\n"),
                "\(answer)")
        }
        try agent.folder.write(
            SecuredAgent.users + "\nhttp_server_config: { headers: { X-Frame-Options: sameorigin } }", to: "web.yml")
        try await eventually("the change is taken in") {
            let answer = try await agent.curl(scheme: "http")
            return answer.status == 401 && answer.text.contains("X-Frame-Options: sameorigin\r\n")
                && !answer.text.contains("X-XSS-Protection")
        }
        try await agent.stop()
    }

    @Test func `a rate is that of each client`() async throws {
        let agent = try await SecuredAgent("rate_limit: { interval: 1h, burst: 4 }")
        var statuses: [Int] = []
        for _ in 0..<10 { statuses.append(try await agent.curl("/health/live", scheme: "http").status) }
        #expect(statuses == [200, 200, 200, 200, 429, 429, 429, 429, 429, 429])
        let other = try await Command.runApart(
            "setpriv",
            [
                "--reuid=65534", "--clear-groups", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                "http://127.0.0.1:\(agent.port)/",
            ])
        #expect(other.output == "200")
        #expect(try await agent.denied("rate") == 6)
        try await agent.stop()
    }

    @Test func `a faulty file is told, and the former one holds until it is mended`() async throws {
        let agent = try await SecuredAgent(SecuredAgent.users)
        #expect(try await current(agent) == 1)
        try agent.folder.write(SecuredAgent.users + "\n  dave: secret word\n", to: "web.yml")
        try await eventually("the fault is told") { try await current(agent) == 0 }
        #expect(
            agent.program.errors.contains("web.yml:5:9: the password of “dave” is no hash by bcrypt"), "\(agent.program.errors)"
        )
        #expect(!agent.program.errors.contains("secret word"))
        #expect(try await agent.curl(scheme: "http", user: "alice:open sesame").status == 200)
        #expect(try await agent.curl(scheme: "http").status == 401)
        // As one that is being written, or has no room on its disk.
        try agent.folder.write("", to: "web.yml")
        try await eventually("an empty file is told") {
            agent.program.errors.contains("the file has no users any more, as one that was cut off")
        }
        #expect(try await agent.curl(scheme: "http").status == 401)
        try agent.folder.write(SecuredAgent.users + "\n  dave: secret word\n", to: "web.yml")
        agent.program.signal(SIGHUP)
        try await eventually("a signal tells it too") { agent.program.errors.contains("not reloaded: the former values hold") }
        #expect(try await current(agent) == 0)
        try agent.folder.write("basic_auth_users: { dave: '\(SecuredAgent.hash("new", cost: 4, as: "2y"))' }", to: "web.yml")
        try await eventually("the mended one is taken in") { try await current(agent) == 1 }
        #expect(try await agent.curl(scheme: "http", user: "dave:new").status == 200)
        #expect(try await agent.curl(scheme: "http", user: "alice:open sesame").status == 401)
        // A certificate that is not there yet.
        try agent.folder.write(Self.server.replacing("server.pem", with: "later.pem") + SecuredAgent.users, to: "web.yml")
        try await eventually("the missing one is told") { try await current(agent) == 0 }
        try FileManager.default.copyItem(atPath: agent.folder.path("server.pem"), toPath: agent.folder.path("later.pem"))
        try await eventually("it is taken in once it is there") {
            try await agent.curl(user: "alice:open sesame").status == 200
        }
        #expect(try await current(agent) == 1)
        // What takes TLS away is refused, as it may have been cut off.
        try agent.folder.write(SecuredAgent.users, to: "web.yml")
        try await eventually("it is told") { agent.program.errors.contains("the file has no TLS any more") }
        #expect(try await agent.curl(user: "alice:open sesame").status == 200)
        try await agent.stop()
    }

    /// Connections that are kept were made under the former file: they end after an answer.
    @Test func `a connection that is kept ends with a change`() async throws {
        let agent = try await SecuredAgent("http_server_config: { http2: true }")
        try agent.folder.write("", to: "mark")
        let client = try RunningProgram(
            "/usr/bin/python3", [SecuredAgent.clients, "kept", "\(agent.port)", agent.folder.path("mark")])
        try await eventually("it is answered twice: \(client.errors)") { client.output.split(separator: "\n").count == 2 }
        try agent.folder.write(SecuredAgent.users, to: "web.yml")
        try agent.folder.write("changed", to: "mark")
        #expect(try await client.wait(.seconds(20)) == 0)
        #expect(client.output.contains("ended True"), "\(client.output)\(client.errors)")
        try await agent.stop()
    }

    @Test func `Prometheus scrapes on while the certificate is replaced`() async throws {
        let agent = try await SecuredAgent(
            Self.server + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: authority.pem\n"
                + SecuredAgent.users)
        let folder = agent.folder
        try folder.write(
            """
            global: { scrape_interval: 3s, scrape_timeout: 3s }
            scrape_configs:
              - job_name: agent
                scheme: https
                basic_auth: { username: alice, password: open sesame }
                tls_config: { ca_file: authority.pem, cert_file: client.pem, key_file: client.key }
                static_configs: [{ targets: ['127.0.0.1:\(agent.port)'] }]
              - job_name: stranger
                scheme: https
                basic_auth: { username: alice, password: wrong }
                tls_config: { ca_file: authority.pem, cert_file: client.pem, key_file: client.key }
                static_configs: [{ targets: ['127.0.0.1:\(agent.port)'] }]
              - job_name: nobody
                scheme: https
                basic_auth: { username: alice, password: open sesame }
                tls_config: { ca_file: authority.pem }
                static_configs: [{ targets: ['127.0.0.1:\(agent.port)'] }]
            """, to: "prometheus.yml")
        let prometheus = try await Prometheus(configuration: folder.path("prometheus.yml"))
        func up(_ job: String) async throws -> Double? { try await prometheus.query("up{job=\"\(job)\"}").first?.value }
        try await eventually("the agent is scraped: \(agent.program.errors)") { try await up("agent") == 1 }
        let start = Date()
        for turn in 1...3 {
            let before = try await serial(of: agent)
            // The certificate and then the key, as tools replace them.
            try agent.certificates.sign("next", "IP:127.0.0.1", by: "authority")
            for end in ["pem", "key"] {
                #expect(rename(folder.path("next.\(end)"), folder.path("server.\(end)")) == 0)
                usleep(100_000)
            }
            try await eventually("the new certificate is shown, \(turn)") { try await serial(of: agent) != before }
        }
        func overTime(_ function: String) async throws -> Double? {
            let window = Int(Date().timeIntervalSince(start)) + 1
            return try await prometheus.query("\(function)_over_time(up{job=\"agent\"}[\(window)s])").first?.value
        }
        // One on after the last change.
        let scrapes = try await overTime("count") ?? 0
        try await eventually("it is scraped on") { try await overTime("count") ?? 0 > scrapes + 1 }
        #expect(try await overTime("min") == 1)
        #expect(try await current(agent) == 1)
        try await eventually("nobody else is answered") {
            let (stranger, nobody) = (try await up("stranger"), try await up("nobody"))
            return stranger == 0 && nobody == 0
        }
        #expect(try await agent.value("apus_agent_http_password_checks_total") ?? 99 <= 2)
        try await prometheus.stop()
        try await agent.stop()
    }

    private func serial(of agent: SecuredAgent) async throws -> String {
        let script =
            "openssl s_client -connect 127.0.0.1:\(agent.port) -cert \(agent.folder.path("client.pem")) -key \(agent.folder.path("client.key")) </dev/null 2>/dev/null | openssl x509 -noout -serial"
        return try await Command.runApart("sh", ["-c", script]).output
    }

    @Test func `a faulty file ends the start, and check-web-config lists what is wrong`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("basic_auth_users:\n  a: b\nrate_limit: { burts: 1 }\n", to: "web.yml")
        let agent = try await Command.runApart(
            Executables.agent,
            [
                "--listen", "127.0.0.1:0", "--socket", folder.path("agent.sock"), "--journal", "off", "--web-config",
                folder.path("web.yml"),
            ])
        #expect(
            agent.status != 0 && agent.errors.contains("web.yml:2:6") && agent.errors.contains("web.yml:3:15"), "\(agent.text)")
        let check = try await Command.runApart(Executables.agent, ["check-web-config", folder.path("web.yml")])
        #expect(check.status == 1 && check.output.isEmpty && check.errors.split(separator: "\n").count == 2, "\(check.text)")
        try folder.write(SecuredAgent.users, to: "web.yml")
        let right = try await Command.runApart(Executables.agent, ["check-web-config", folder.path("web.yml")])
        #expect(right.status == 0 && right.output == "no TLS, 3 users\n", "\(right.text)")
    }
}
