import Foundation
import Glibc
import HostTesting
import ServerTesting
import Testing

/// Every secret that an agent is given or sent, looked for in all that it shows, logs and leaves behind: against servers that take them,
/// refuse them and send them back.
@Suite(.timeLimit(.minutes(4))) struct ProbedSecretsTests {
    /// What each secret begins with; none of it stands anywhere else.
    private static let mark = "Xq7mark"

    private static func secret(_ name: String) -> String { "\(mark)-\(name)-k3y" }

    /// Forms of a secret that somebody could have written down.
    private static func forms(_ secret: String) -> [String] {
        let basic = Data("watcher:\(secret)".utf8).base64EncodedString()
        return [secret, basic, Data(secret.utf8).base64EncodedString(), Data("alice:\(secret)".utf8).base64EncodedString()]
    }

    private static let names = [
        "redis", "redis-refused", "redis-echo", "http", "http-echo", "bearer-refused", "rabbitmq", "rabbitmq-untaken",
        "rabbitmq-refused", "rabbitmq-echo",
        "postgresql", "postgresql-refused", "postgresql-echo", "pgbouncer", "pgbouncer-refused", "sql", "web",
    ]

    /// Sends back what it is sent, as an error.
    private static func echo(_ prefix: String) throws -> RudeListener {
        try RudeListener { connection in
            let asked = String(decoding: connection.receive(), as: UTF8.self)
            connection.send("\(prefix)\(asked.replacing("\r\n", with: " "))\r\n")
        }
    }

    private static func httpEcho() throws -> RudeListener {
        try RudeListener { connection in
            let asked = String(decoding: connection.receive(), as: UTF8.self).replacing("\r\n", with: " ")
            let body = "{\"status\":\"\(asked)\",\"reason\":\"\(asked)\"}"
            connection.send(
                "HTTP/1.1 401 \(asked)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    /// Asks for the password as a clear text, and fails with it in its words.
    private static func postgresqlEcho(_ secret: String) throws -> HostileServer {
        func message(_ kind: Character, _ body: [UInt8]) -> [UInt8] {
            let length = UInt32(body.count + 4)
            return Array("\(kind)".utf8) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + body
        }
        return try HostileServer(
            .says(message("R", [0, 0, 0, 3]) + message("E", Array("SFATAL\0VFATAL\0C28P01\0Mno \(secret) here\0\0".utf8))))
    }

    /// A RabbitMQ that knows the user `watcher`, and where its management is.
    private static func broker() async throws -> (server: ServerTesting.RabbitMQServer, port: Int) {
        let port = try LoopbackPort.free()
        let server = try ServerTesting.RabbitMQServer(
            configuration: ["management.tcp.ip = 127.0.0.1", "management.tcp.port = \(port)"],
            plugins: ["rabbitmq_management"])
        for (path, body) in [
            ("queues/%2F/mail", "{}"),
            ("users/watcher", #"{"password":"\#(secret("rabbitmq"))","tags":"monitoring"}"#),
            ("permissions/%2F/watcher", #"{"configure":"^$","write":"^$","read":"^$"}"#),
        ] {
            let done = try Command.run(
                "curl",
                [
                    "-sSf", "-m", "20", "-u", "guest:guest", "-X", "PUT", "-d", body, "http://127.0.0.1:\(port)/api/\(path)",
                ])
            guard done.passed else { throw Unexpected("\(path): \(done.text)") }
        }
        return (server, port)
    }

    @Test func `no secret is shown, logged or left behind`() async throws {
        let folder = try TemporaryFolder()
        for name in Self.names { try folder.write("\(Self.secret(name))\n", to: "credentials/\(name)") }
        func file(_ name: String) -> String { "user: watcher, password_file: \(folder.path("credentials/\(name)"))" }
        func credential(_ name: String) -> String { "user: watcher, password_credential: \(name)" }

        // It takes its time to start.
        async let started = Self.broker()
        let redis = try RedisServer(configuration: "save \"\"")
        defer { redis.stop() }
        try redis.command("ACL", "SETUSER", "watcher", "on", ">\(Self.secret("redis"))", "+@all")
        let postgresql = try PostgreSQLServer()
        defer { postgresql.stop() }
        let hba = String(try postgresql.query("SHOW hba_file").dropLast())
        for (role, name) in [("watcher", "postgresql"), ("reader", "sql")] {
            try postgresql.query("CREATE ROLE \(role) LOGIN PASSWORD '\(Self.secret(name))'")
        }
        let rules = "host all watcher,reader 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
        try Data(rules.utf8).write(to: URL(fileURLWithPath: hba))
        try postgresql.query("SELECT pg_reload_conf()")
        let poolPort = try LoopbackPort.free()
        let pool = try PgBouncerServer(port: poolPort) { folder in
            try folder.write("\"watcher\" \"\(Self.secret("pgbouncer"))\"\n", to: "users.txt")
            return """
                [databases]
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = \(poolPort)
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = \(folder.path("users.txt"))
                stats_users = watcher
                """
        }
        defer { pool.stop() }
        let broker = try await started
        defer { broker.server.stop() }
        let certificates = TestCertificates(in: folder)
        try certificates.make("authority", signing: [("server", "IP:127.0.0.1"), ("client", "DNS:client.test")])
        for name in ["server", "client"] {
            try folder.write("\(Self.secret("\(name)-key"))\n\(try folder.read("\(name).key"))", to: "\(name).key")
        }
        let web = try RudeListener.http("{\"status\":\"pass\"}", fields: "Content-Type: application/json\r\n")
        let refusing = try RudeListener.http("no", status: "401 Unauthorized")
        let rudeHTTP = try Self.httpEcho()
        let rudeRedis = try Self.echo("-ERR ")
        let rudePostgreSQL = try Self.postgresqlEcho(Self.secret("postgresql-echo"))
        defer { for server in [web, refusing, rudeHTTP, rudeRedis] { server.stop() } }

        let probes: [(String, String)] = [
            ("redis", "redis: { host: 127.0.0.1, port: \(redis.port), \(file("redis")) }"),
            ("redis-refused", "redis: { host: 127.0.0.1, port: \(redis.port), \(credential("redis-refused")) }"),
            ("redis-echo", "redis: { host: 127.0.0.1, port: \(rudeRedis.port), \(file("redis-echo")) }"),
            ("http", "http: { url: \"http://127.0.0.1:\(web.port)/\", \(credential("http")) }"),
            ("http-echo", "http: { url: \"http://127.0.0.1:\(rudeHTTP.port)/\", \(file("http-echo")) }"),
            (
                "bearer-refused",
                "http: { url: \"http://127.0.0.1:\(refusing.port)/\", bearer_token_credential: bearer-refused }"
            ),
            (
                "client-key",
                "http: { url: \"https://127.0.0.1:\(web.port)/\", tls: { cert_file: \(certificates.certificate("client")), key_file: \(certificates.key("client")) } }"
            ),
            ("rabbitmq", "rabbitmq: { management: \"http://127.0.0.1:\(broker.port)\", \(file("rabbitmq")) }"),
            (
                "rabbitmq-untaken",
                "rabbitmq: { management: \"http://127.0.0.1:\(broker.port)\", \(credential("rabbitmq-untaken")) }"
            ),
            (
                "rabbitmq-refused",
                "rabbitmq: { management: \"http://127.0.0.1:\(refusing.port)\", \(file("rabbitmq-refused")) }"
            ),
            (
                "rabbitmq-echo",
                "rabbitmq: { management: \"http://127.0.0.1:\(rudeHTTP.port)\", \(credential("rabbitmq-echo")) }"
            ),
            ("postgresql", "postgresql: { port: \(postgresql.port), \(file("postgresql")) }"),
            ("postgresql-refused", "postgresql: { port: \(postgresql.port), \(credential("postgresql-refused")) }"),
            ("postgresql-echo", "postgresql: { port: \(rudePostgreSQL.port), sslmode: disable, \(file("postgresql-echo")) }"),
            ("pgbouncer", "pgbouncer: { port: \(poolPort), \(credential("pgbouncer")) }"),
            ("pgbouncer-refused", "pgbouncer: { port: \(poolPort), \(file("pgbouncer-refused")) }"),
            (
                "sql",
                "sql: { postgresql: { port: \(postgresql.port), user: reader, password_credential: sql }, gauges: [ { name: ones, help: One., query: SELECT 1 AS value } ] }"
            ),
        ]
        try folder.write(
            "probes:\n" + probes.map { "- service: \($0)\n  every: 1s\n  \($1)\n" }.joined(), to: "agent.yaml")
        let made = try Command.run(
            "python3",
            [
                "-W", "ignore", "-c",
                "import crypt, sys; print(crypt.crypt(sys.argv[1], '$2y$04$' + 'abcdefghijklmnopqrstuu'))",
                Self.secret("web"),
            ])
        let hash = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(hash.hasPrefix("$2y$04$"), "\(made.text)")
        try folder.write(
            "tls_server_config: { cert_file: server.pem, key_file: server.key }\nbasic_auth_users: { alice: \"\(hash)\" }\n",
            to: "web.yml")
        let port = try LoopbackPort.free()
        let agent = try CrashedAgent(
            in: folder,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--config", folder.path("agent.yaml"),
                "--web-config", folder.path("web.yml"), "--interval", "1s", "--journal", "off", "--log", "stderr",
            ], limits: "-c unlimited", environment: ["CREDENTIALS_DIRECTORY": folder.path("credentials")])
        func page(_ path: String, _ user: String? = nil, _ options: [String] = []) throws -> String {
            try Command.run(
                "curl",
                [
                    "-sS", "-m", "10", "-k", "-i", "-u", user ?? "alice:\(Self.secret("web"))",
                    "https://127.0.0.1:\(port)\(path)",
                ] + options
            ).output
        }
        let up = ["redis", "http", "rabbitmq", "postgresql", "pgbouncer", "sql"]
        var text = ""
        try await eventually("all attempts: \(agent.program.errors)\n\(text)", within: .seconds(60)) {
            text = try page("/metrics")
            return probes.allSatisfy { name, _ in
                let line = text.split(separator: "\n").first {
                    $0.hasPrefix("apus_probe_up{") && $0.contains("service=\"\(name)\",")
                }
                return line?.hasSuffix(up.contains(name) ? " 1" : " 0") ?? false
            }
        }
        // Every secret is really sent, or tried.
        #expect(web.received.contains("Basic ") && refusing.received.contains("Bearer \(Self.secret("bearer-refused"))"))
        #expect(rudeRedis.received.contains(Self.secret("redis-echo")))
        #expect(text.contains(#"rabbitmq_server_queues_listed{service="rabbitmq",instance="rabbitmq"} 1"#))
        #expect(
            text.split(separator: "\n").contains {
                $0.hasPrefix("apus_probe_failures_total{service=\"rabbitmq-untaken\"")
                    && $0.contains("reason=\"authentication\"") && !$0.hasSuffix(" 0")
            })

        var shown = [("the metrics", text)]
        for path in [
            "/", "/health", "/health/detailed", "/targets", "/api/v1/instances", "/api/v1/history?all=1",
            "/api/v1/instance?service=redis-echo&instance=redis-echo", "/nowhere",
        ] + probes.map({ "/api/v1/instance?service=\($0.0)&instance=\($0.0)" }) {
            shown.append((path, try page(path)))
            shown.append(("\(path), to nobody", try page(path, "alice:\(Self.mark)-guess")))
        }
        shown.append(("a reload", try page("/-/reload", nil, ["-X", "POST"])))
        for (word, name) in [("check-config", "agent.yaml"), ("check-web-config", "web.yml")] {
            shown.append((word, try Command.run(AskedChild.program, [word, folder.path(name)]).text))
        }
        let children = agent.children()
        #expect(children.count >= 5)
        for pid in children + [agent.program.pid] {
            for name in ["cmdline", "environ", "comm", "status"] {
                shown.append(("\(name) of \(pid)", try ProbeChildTests.text(pid, name)))
            }
        }
        let core = try await agent.core()
        shown.append(("the log", agent.program.errors + agent.program.output))
        #expect(shown.last?.1.contains("crash by SIGABRT") == true)

        let secrets =
            Self.names.map(Self.secret) + ["server-key", "client-key"].map(Self.secret) + [hash, "\(Self.mark)-guess"]
        for (place, text) in shown {
            for secret in secrets {
                for form in Self.forms(secret) { #expect(!text.contains(form), "\(secret) in \(place)") }
            }
        }
        for secret in secrets {
            for form in Self.forms(secret) {
                #expect(core.range(of: Data(form.utf8)) == nil, "\(secret) in the core of \(core.count) bytes")
            }
        }
        #expect(core.range(of: Data(Self.mark.utf8)) == nil)
        // It is the agent's core, and a search finds what is in it.
        #expect(core.range(of: Data("/apus-agent".utf8)) != nil)
    }

    @Test func `an agent without a secret leaves its memory in its core, and one that is given a secret later does not`()
        async throws
    {
        let marked = "Xq7-public-name-of-a-cache"
        let redis = try RedisServer()
        defer { redis.stop() }
        for isGiven in [false, true] {
            let folder = try TemporaryFolder()
            try folder.write("\(Self.secret("redis"))\n", to: "password")
            func write(_ password: String) throws {
                try folder.write(
                    "probes:\n- { service: \(marked), every: 1s, redis: { host: 127.0.0.1, port: \(redis.port)\(password) } }\n",
                    to: "agent.yaml")
            }
            try write("")
            let port = try LoopbackPort.free()
            let agent = try CrashedAgent(
                in: folder,
                [
                    "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--config",
                    folder.path("agent.yaml"), "--journal", "off", "--log", "stderr",
                ], limits: "-c unlimited")
            func metrics() throws -> String {
                try Command.run("curl", ["-sS", "-m", "10", "http://127.0.0.1:\(port)/metrics"]).output
            }
            try await eventually("an answer: \(agent.program.errors)") {
                try metrics().contains("redis_server_uptime_seconds{")
            }
            if isGiven {
                try write(", password_file: \(folder.path("password"))")
                agent.program.signal(SIGHUP)
                // The server has no password, and refuses one.
                try await eventually("the password: \(agent.program.errors)") {
                    agent.program.errors.contains("a probe has no answer")
                }
            }
            let core = try await agent.core()
            // Registers are in every core, and may have what was copied last.
            #expect((core.count < 1 << 20) == isGiven, "\(core.count) bytes")
            #expect(isGiven || core.range(of: Data(marked.utf8)) != nil)
            #expect(core.range(of: Data(Self.secret("redis").utf8)) == nil)
            #expect(core.range(of: Data("/apus-agent".utf8)) != nil)
        }
    }
}
