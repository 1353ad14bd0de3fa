import Foundation
import HostTesting
import Testing

/// The agent's endpoints with users, asked by curl and by Python's requests.
@Suite(.timeLimit(.minutes(3))) struct PasswordTests {
    @Test func `a user with the right password is answered, and nobody else`() async throws {
        let agent = try await SecuredAgent(SecuredAgent.users)
        for user in ["alice:open sesame", "bob:p:ä", "carol:"] {
            let answer = try await agent.curl(scheme: "http", user: user)
            #expect(answer.status == 200 && answer.text.contains("apus_agent_build_info"), "\(user): \(answer)")
        }
        for user in [
            nil, "alice:open sesam", "alice:", "bob:open sesame", "nobody:open sesame", ":open sesame", "Alice:open sesame",
        ] {
            for path in ["/", "/metrics", "/health", "/health/live", "/targets", "/-/reload", "/nowhere"] {
                let answer = try await agent.curl(path, scheme: "http", user: user)
                #expect(answer.status == 401, "\(user ?? "") \(path): \(answer)")
                #expect(answer.text.contains("WWW-Authenticate: Basic realm=\"apus-agent\""))
            }
        }
        #expect(try await agent.curl(scheme: "http", ["-X", "POST", "-d", "x"]).status == 401)
        #expect(try await agent.curl(scheme: "http", ["-H", "Authorization: Bearer x"]).status == 401)
        #expect(try await agent.denied("password") == 7 * 7 + 2)
        #expect(!agent.program.errors.contains("sesam"), "no password is logged")
        try await agent.stop()
    }

    /// What one client is told is of its own password, whoever comes between two computations.
    @Test func `many who come one after the other get each what is theirs`() async throws {
        let users = (0..<40).map { "  user\($0): \(SecuredAgent.hash("word\($0)", cost: 4, as: "2y"))\n" }.joined()
        let agent = try await SecuredAgent("basic_auth_users:\n" + users)
        let script =
            "import base64, http.client, sys, threading\n"
                + """
                wrong = []
                def ask(client):
                    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
                    for turn in range(120):
                        user = (turn * 7 + client) % 40
                        isRight = (turn + client) % 2 == 0
                        word = f"word{user}" if isRight else f"no{client}-{turn}"
                        token = base64.b64encode(f"user{user}:{word}".encode()).decode()
                        connection.request("GET", "/health/live", headers={"Authorization": "Basic " + token})
                        answer = connection.getresponse()
                        answer.read()
                        if answer.status not in ((200, 503) if isRight else (401, 503)): wrong.append((user, word, answer.status))
                clients = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
                for client in clients: client.start()
                for client in clients: client.join()
                print(len(wrong), wrong[:3])
                """
        let asked = try await Command.runApart("python3", ["-c", script, "\(agent.port)"])
        #expect(asked.output == "0 []\n", "\(asked.text)")
        #expect(agent.program.isRunning)
        try await agent.stop()
    }

    /// The computation takes the time, so that its number tells what a timing would: a wrong password and a user who is not known cost one
    /// each, and none when they come again.
    @Test func `who is not known costs as much as a wrong password`() async throws {
        let agent = try await SecuredAgent(SecuredAgent.users)
        func cost(_ user: String) async throws -> Double {
            let before = try await agent.value("apus_agent_http_password_checks_total") ?? -1
            _ = try await agent.curl("/health/live", scheme: "http", user: user)
            return (try await agent.value("apus_agent_http_password_checks_total") ?? -1) - before
        }
        for user in ["alice:wrong", "nobody:wrong", "nobody:open sesame", "alice:open sesame", "bob:\u{1}"] {
            #expect(try await cost(user) == 1, "\(user)")
            #expect(try await cost(user) == 0, "\(user)")
        }
        // Many at once cost one.
        let before = try await agent.value("apus_agent_http_password_checks_total") ?? -1
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 { group.addTask { try await agent.curl("/health/live", scheme: "http", user: "bob:p:ä").status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 200 }, "\(statuses)")
        #expect(try await agent.value("apus_agent_http_password_checks_total") == before + 1)
        try await agent.stop()
    }

    @Test func `who guesses without end takes nobody's turn, and a known password is not computed`() async throws {
        let slow = "basic_auth_users:\n  alice: \(SecuredAgent.hash("open sesame", cost: 9, as: "2y"))\n"
        let agent = try await SecuredAgent(slow)
        #expect(try await agent.curl("/health/live", scheme: "http", user: "alice:open sesame").status == 200)
        let attacker = try RunningProgram(
            "/usr/bin/python3", [SecuredAgent.clients, "guesses", "\(agent.port)", agent.folder.path("end")])
        try await eventually("it guesses: \(attacker.errors)") { attacker.output.contains("begun") }
        for _ in 0..<10 {
            #expect(try await agent.curl("/health/live", scheme: "http", user: "alice:open sesame").status == 200)
        }
        // Another user's new password waits for a handful of guesses, and for no more.
        #expect(try await agent.curl("/health/live", scheme: "http", user: "alice:other").status == 401)
        #expect(attacker.isRunning)
        try agent.folder.write("", to: "end")
        _ = try await attacker.wait(.seconds(30))
        #expect(attacker.output.contains("['401', '503']"), "\(attacker.output)\(attacker.errors)")
        #expect(try await agent.denied("busy") ?? 0 > 0)
        try await agent.stop()
    }

    @Test func `health is said without a password where the agent is told so`() async throws {
        let agent = try await SecuredAgent(
            SecuredAgent.users + "\nrate_limit: { interval: 1h, burst: 2 }", options: ["--open-health"])
        for path in ["/health", "/health/live", "/health/ready?x=1"] {
            for _ in 0..<3 {
                let answer = try await agent.curl(path, scheme: "http")
                #expect([200, 503].contains(answer.status) && !answer.text.contains("WWW-Authenticate"), "\(path): \(answer)")
            }
        }
        #expect(try await agent.curl("/health/live", scheme: "http", port: agent.reports).status == 401)
        #expect(try await agent.curl("/health/other", scheme: "http").status == 401)
        #expect(try await agent.curl("/health/other", scheme: "http").status == 429)
        try await agent.stop()
        let lone = try await Command.runApart(Executables.agent, ["--open-health"])
        #expect(lone.status == 64 && lone.errors.contains("--open-health: goes with --web-config"))
    }

    @Test func `reports over HTTP are under the same file`() async throws {
        let agent = try await SecuredAgent(SecuredAgent.users)
        let report = [
            "-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", "# TYPE jobs_total counter\njobs_total 7\n",
        ]
        func put(_ user: String?, _ options: [String] = []) async throws -> SecuredAgent.Answer {
            try await agent.curl("/v1/report/shop/shop-1", scheme: "http", port: agent.reports, user: user, report + options)
        }
        #expect(try await put(nil).status == 401)
        #expect(try await put("alice:wrong").status == 401)
        #expect(try await put("alice:open sesame").status == 204)
        #expect(try await agent.value("jobs_total{service=\"shop\",instance=\"shop-1\"}") == 7)
        // A large body is not sent in vain, and one that is sent anyway is read to its end.
        try agent.folder.write(String(repeating: "x", count: 1 << 20), to: "large")
        let large = ["--data-binary", "@\(agent.folder.path("large"))"]
        for expect in ["100-continue", ""] {
            let answer = try await agent.curl(
                "/v1/report/shop/shop-1", scheme: "http", port: agent.reports,
                ["-X", "PUT", "-H", "Expect: \(expect)", "-w", "sent=%{size_upload}"] + large)
            #expect(answer.status == 401, "\(answer)")
            #expect(answer.text.hasSuffix("sent=\(expect.isEmpty ? 1 << 20 : 0)"), "\(answer.text)")
        }
        try await agent.stop()
    }

    @Test func `on a Unix socket root needs no password, and others do`() async throws {
        let agent = try await SecuredAgent(
            "tls_server_config: { cert_file: server.pem, key_file: server.key }\n" + SecuredAgent.users)
        func ask(as uid: String, _ options: [String]) async throws -> String {
            try await Command.runApart(
                "setpriv",
                [
                    "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "curl", "-sS", "-m", "10", "-o", "/dev/null", "-w",
                    "%{http_code}", "--unix-socket", agent.folder.path("http.sock"), "http://localhost/metrics",
                ] + options
            ).output
        }
        #expect(try await ask(as: "0", []) == "200")
        #expect(try await ask(as: "65534", []) == "401")
        #expect(try await ask(as: "65534", ["-u", "alice:open sesame"]) == "200")
        try await agent.stop()
    }

    @Test func `Python's requests comes with a certificate and a password, with one of both, and with neither`() async throws {
        let agent = try await SecuredAgent(
            """
            tls_server_config:
              cert_file: server.pem
              key_file: server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: authority.pem
            \(SecuredAgent.users)
            """)
        let made = try await Command.runApart("python3", [SecuredAgent.clients, "session", "\(agent.port)", agent.folder.path])
        #expect(
            made.output.split(separator: "\n") == ["[200, 200, 200]", "[401, 401, 401]", "refused", "refused"], "\(made.text)")
        try await agent.stop()
    }
}
