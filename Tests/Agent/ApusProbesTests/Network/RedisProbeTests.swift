import Glibc
import AgentMetrics
import ApusProbes
import HostTesting
import ServerTesting
import Testing

/// Redis, asked of real servers and by texts that it could send.
@Suite struct RedisProbeTests {
    private func target(_ server: ServerTesting.RedisServer) -> RedisTarget {
        RedisTarget(.internet(host: "127.0.0.1", port: server.port))
    }

    private func figures(_ target: RedisTarget) async throws -> RedisFigures {
        let result = try await AskedServer(.redis(target)).ask()
        guard case .success(.redis(let figures)) = result else { throw Unexpected("\(result)") }
        return figures
    }

    /// The fields of INFO as redis-cli shows them.
    private func information(_ server: ServerTesting.RedisServer) throws -> [String: String] {
        var fields: [String: String] = [:]
        for line in try server.command("INFO").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        return fields
    }

    @Test func `figures are those of the server`() async throws {
        let server = try ServerTesting.RedisServer(
            configuration: "maxmemory 2mb\nmaxmemory-policy allkeys-lru\nmaxclients 77\nsave \"\"")
        defer { server.stop() }
        for number in 0..<40 {
            try server.command("SET", "key\(number)", String(repeating: "x", count: 100_000))
        }
        try server.command("GET", "none")
        let probe = try AskedServer(.redis(target(server)))
        guard case .success(.redis(let figures)) = try await probe.ask() else { throw Unexpected("down") }
        let fields = try information(server)
        #expect(figures.evictedKeys == UInt64(fields["evicted_keys"] ?? ""))
        #expect((figures.evictedKeys ?? 0) > 0)
        #expect(figures.memoryLimit == 2 << 20 && figures.clientsLimit == 77 && (1...2).contains(figures.clientsConnected ?? 0))
        #expect(figures.keyspaceMisses == UInt64(fields["keyspace_misses"] ?? ""))
        #expect(figures.role == .master && figures.isLoading == false && figures.rejectedConnections == 0)
        let used = try #require(figures.memoryUsed)
        let shown = try #require(Double(fields["used_memory"] ?? ""))
        #expect(abs(Double(used) - shown) < 200_000)
        #expect(figures.runID == fields["run_id"] && figures.version == fields["redis_version"])
        // Counts have one beginning as long as they go on.
        guard case .success(.redis(let later)) = try await probe.ask() else { throw Unexpected("down") }
        #expect(later.began == figures.began && later.began != nil)
        #expect((later.commands ?? 0) > (figures.commands ?? 0))
    }

    @Test func `a server that speaks TLS shows when its certificates end, also while it does not answer yet`() async throws {
        let folder = try TemporaryFolder()
        let certificates = TestCertificates(in: folder)
        try certificates.make("authority", signing: [("server", "IP:127.0.0.1")])
        let port = try LoopbackPort.free()
        let server = try ServerTesting.RedisServer(
            configuration: """
                save ""
                tls-port \(port)
                tls-auth-clients no
                tls-ca-cert-file \(certificates.certificate("authority"))
                tls-cert-file \(certificates.certificate("server"))
                tls-key-file \(certificates.key("server"))
                """)
        defer { server.stop() }
        #expect(try await figures(target(server)).certificates == nil)
        var secured = RedisTarget(.internet(host: "127.0.0.1", port: port))
        secured.tls = ProbeTLS()
        secured.tls?.authorityFile = certificates.certificate("authority")
        let probe = try AskedServer(.redis(secured))
        let end = try certificates.end(of: "server")
        for _ in 0..<2 {
            let figures = try #require(try await probe.ask().get())
            #expect(figures.certificates == CertificateEnds(leaf: end, chain: min(end, try certificates.end(of: "authority"))))
            guard case .redis(let redis) = figures else { throw Unexpected("\(figures)") }
            #expect(redis.version != nil && (redis.uptime ?? .max) < 600)
        }
        secured.tls?.authorityFile = nil
        #expect(try await AskedServer(.redis(secured)).failure().text.contains("authority that is not known"))
    }

    @Test func `counts that were reset begin at the attempt before`() async throws {
        let server = try ServerTesting.RedisServer()
        defer { server.stop() }
        let probe = try AskedServer(.redis(target(server)))
        func ask() async throws -> (figures: RedisFigures, began: Double) {
            guard case .success(.redis(let figures)) = try await probe.ask() else { throw Unexpected("down") }
            return (figures, try #require(figures.began))
        }
        for number in 0..<20 { try server.command("SET", "key\(number)", "x") }
        let first = try await ask()
        try await Task.sleep(for: .milliseconds(2100))
        let before = Double(time(nil))
        let second = try await ask()
        #expect(second.began == first.began && second.began < before)
        try server.command("CONFIG", "RESETSTAT")
        let third = try await ask()
        #expect((third.figures.commands ?? .max) < (second.figures.commands ?? 0))
        #expect(third.began >= before && third.began <= before + 2, "\(third.began) after \(before)")
        let fourth = try await ask()
        #expect(fourth.began == third.began)
    }

    @Test func `users and passwords`() async throws {
        let server = try ServerTesting.RedisServer()
        defer { server.stop() }
        try server.command("ACL", "SETUSER", "probe", "on", ">PR0BE-m4rk", "+info")
        try server.command("ACL", "SETUSER", "poor", "on", ">P00R-m4rk", "-info")
        try server.command("CONFIG", "SET", "requirepass", "S3CRET-m4rk")
        let folder = try TemporaryFolder()
        func secret(_ text: String) throws -> ProbeSecret {
            try folder.write(text + "\n", to: text)
            return .file(folder.path(text))
        }
        let nobody = try await AskedServer(.redis(target(server))).failure()
        #expect(nobody.reason == .authentication && nobody.text.contains("NOAUTH"))
        var asked = target(server)
        asked.password = try secret("S3CRET-m4rk")
        #expect(try await figures(asked).role == .master)
        (asked.user, asked.password) = ("probe", try secret("PR0BE-m4rk"))
        #expect(try await figures(asked).role == .master)
        asked.password = try secret("WR0NG-m4rk")
        let wrong = try await AskedServer(.redis(asked)).failure()
        #expect(wrong.reason == .authentication && wrong.text.contains("WRONGPASS") && !wrong.text.contains("m4rk"))
        (asked.user, asked.password) = ("poor", try secret("P00R-m4rk"))
        let poor = try await AskedServer(.redis(asked)).failure()
        #expect(poor.reason == .authentication && poor.text.contains("NOPERM"), "\(poor.text)")
    }

    @Test func `a password where none is wanted, and a command that is renamed`() async throws {
        let server = try ServerTesting.RedisServer(configuration: "save \"\"\nrename-command INFO \"\"")
        defer { server.stop() }
        let renamed = try await AskedServer(.redis(target(server))).failure()
        #expect(renamed.reason == .status && renamed.text.contains("INFO"), "\(renamed.text)")
        let folder = try TemporaryFolder()
        try folder.write("S3CRET-m4rk", to: "password")
        var asked = target(server)
        asked.password = .file(folder.path("password"))
        let needless = try await AskedServer(.redis(asked)).failure()
        #expect(needless.reason == .authentication && needless.text.contains("no password"), "\(needless.text)")
    }

    @Test func `a replica and its master`() async throws {
        let master = try ServerTesting.RedisServer()
        defer { master.stop() }
        let replica = try ServerTesting.RedisServer(configuration: "save \"\"\nreplicaof 127.0.0.1 \(master.port)")
        defer { replica.stop() }
        try await eventually("the link is up", within: .seconds(30)) {
            try await figures(target(replica)).isLinked == true
        }
        let linked = try await figures(target(replica))
        #expect(linked.role == .replica && linked.linkSilence != nil && linked.replicaLag == 0)
        // A replica that has just come has told of no offset yet.
        try await eventually("the lag of the replica", within: .seconds(30)) {
            let of = try await self.figures(target(master))
            return of.replicas == 1 && of.isLinked == nil && (of.replicasLag ?? .max) < 1000
        }
        master.stop()
        try await eventually("the link is down", within: .seconds(30)) {
            try await self.figures(target(replica)).isLinked == false
        }
    }

    @Test func `the socket of a server`() async throws {
        let folder = try TemporaryFolder()
        let server = try ServerTesting.RedisServer(configuration: "save \"\"\nunixsocket \(folder.path("redis.sock"))")
        defer { server.stop() }
        #expect(try await figures(RedisTarget(.unix(folder.path("redis.sock")))).role == .master)
        let none = try await AskedServer(.redis(RedisTarget(.unix(folder.path("none.sock"))))).failure()
        #expect(none.reason == .connection && none.text.contains("none.sock"), "\(none.text)")
    }

    @Test func `a server with as many clients as it takes`() async throws {
        let server = try ServerTesting.RedisServer(configuration: "save \"\"\nmaxclients 1")
        defer { server.stop() }
        let held = try #require(LoopbackPort.connection(to: server.port))
        defer { close(held) }
        try await eventually("the only place is taken") {
            let result = try await AskedServer(.redis(target(server))).ask()
            guard case .failure(let failure) = result else { return false }
            return failure.reason == .status && failure.text.contains("as many clients")
        }
    }

    static let answers: [(String, ProbeFailureReason, String)] = [
        ("-LOADING Redis is loading the dataset in memory\r\n", .status, "reads its data"),
        ("-MASTERDOWN Link with MASTER is down\r\n", .status, "lost its master"),
        ("-DENIED Redis is running in protected mode because m4rk\r\n", .authentication, "protected mode"),
        ("-ERR unknown command 'INFO'\r\n", .status, "does not know INFO"),
        ("-ODD m4rk\r\n", .status, "ODD"), ("HTTP/1.1 400 Bad Request\r\n\r\n", .content, "answers in HTTP"),
        ("$-1\r\n", .content, "no answer"), ("$99999999999999999999\r\n", .content, "no answer"),
        ("$3\r\nabcdef\r\n", .content, "no answer"), ("*1\r\n$4\r\nPONG\r\n", .content, "no answer"),
        ("+PONG\r\n", .content, "as no Redis"), ("$5\r\nhello\r\n", .content, "none of a Redis"),
        ("+" + String(repeating: "a", count: 3000), .content, "no answer"),
    ]

    @Test(arguments: RedisProbeTests.answers) func `what a server can say`(
        _ answer: String, _ reason: ProbeFailureReason, _ words: String
    ) async throws {
        let server = try RudeListener { connection in
            connection.receive()
            connection.send(answer)
            connection.waitForEnd()
        }
        defer { server.stop() }
        let failure = try await AskedServer(.redis(RedisTarget(.internet(host: "127.0.0.1", port: server.port)))).failure()
        #expect(failure.reason == reason && failure.text.contains(words) && !failure.text.contains("m4rk"), "\(failure.text)")
    }

    @Test func `numbers that make no sense are left out`() throws {
        let marks = String(repeating: "\u{301}", count: 100_000)
        let text = """
            # Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:99999999999999999999999\r\nused_memory:-1\r\nused_memory:5\r
            maxmemory:0x10\r\nconnected_clients:7\r\nconnected_clients:8\r\nloading:\r\nrole:king\r\n:\r\n\(marks):1\r\nrole\(marks):x\r
            rdb_last_bgsave_status:err\r\nevicted_keys:18446744073709551615\r\nmaster_repl_offset:100\r
            slave0:ip=127.0.0.1,port=1,state=online,offset=40,lag=0\r\nslave1:state=wait_bgsave,offset=1\r\nslave2:offset=x,state=online\r\n
            """
        let figures = try #require(RedisFigures(Array(text.utf8)))
        #expect(figures.uptime == nil && figures.memoryUsed == nil && figures.memoryLimit == nil && figures.isLoading == nil)
        #expect(figures.clientsConnected == 7 && figures.role == nil && figures.isSaved == false)
        #expect(figures.evictedKeys == .max && figures.replicasLag == 60)
        #expect(RedisFigures(Array("hello".utf8)) == nil)
        #expect(RedisFigures([0xff, 0xfe, 0x0a]) == nil)
    }
}
