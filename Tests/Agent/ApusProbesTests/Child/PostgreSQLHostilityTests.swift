import AgentMetrics
import ApusProbes
import Foundation
import Glibc
import HostTesting
import NIOCore
import ServerTesting
import Testing

/// PostgreSQL's probe against servers that mean no good, and against those that refuse it.
@Suite struct PostgreSQLHostilityTests {
    private static let marked = "Xq7-marked-secret"

    private func ask(
        _ manner: HostileServer.Manner, sslmode: String = "prefer", within timeout: TimeAmount = .seconds(2)
    ) async throws -> ProbeFailure? {
        let server = try HostileServer(manner)
        var target = PostgreSQLTarget(port: server.port, user: "postgres")
        target.tls.mode = sslmode
        let folder = try TemporaryFolder()
        try folder.write("\(Self.marked)\n", to: "password")
        target.password = .file(folder.path("password"))
        return try await AskedChild.postgresql(target).ask(within: timeout).failure
    }

    /// A message of the server's side of the protocol.
    private static func message(_ kind: Character, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 4)
        return Array("\(kind)".utf8) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + body
    }

    /// Sent in answer to the question for TLS: there is none.
    private static let plain = Array("N".utf8)

    @Test func `one that hangs, or sends a byte now and then, has no answer in time`() async throws {
        let hanging = try #require(try await ask(.hangs))
        #expect(hanging.reason == .timeout)
        #expect(hanging.text == "the server has not ended taking the connection in the probe's time")
        let start = ContinuousClock.now
        // An answer to the question for TLS, and then a login that is never whole.
        #expect(try await ask(.trickles(UInt8(ascii: "N")))?.reason != nil)
        #expect(ContinuousClock.now - start < .seconds(4))
    }

    @Test(arguments: [
        Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), [0, 0, 0, 0], [255],
        Array("NZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ".utf8),
    ])
    func `one that says rubbish is none`(bytes: [UInt8]) async throws {
        let failure = try #require(try await ask(.says(bytes)))
        #expect([.content, .connection, .timeout].contains(failure.reason), "\(failure)")
        #expect(!failure.text.contains(Self.marked))
    }

    @Test func `one that ends the connection, or is not there, is no server`() async throws {
        #expect(try await ask(.closes)?.reason == .connection)
        let port = try LoopbackPort.free()
        let failure = try await AskedChild.postgresql(PostgreSQLTarget(port: port, user: "postgres")).ask().failure
        #expect(failure?.reason == .connection)
        #expect(failure?.text.contains("Connection refused") == true)
    }

    @Test func `a name that leads nowhere is told`() async throws {
        let target = PostgreSQLTarget(host: "nowhere.invalid", user: "postgres")
        let failure = try await AskedChild.postgresql(target).ask(within: .seconds(10)).failure
        #expect(failure?.reason == .resolve || failure?.reason == .timeout, "\(String(describing: failure))")
    }

    /// Sends without end: notices, settings with new names, one message of a gigabyte.
    @Test(arguments: ["notices", "settings", "message"])
    func `one that sends without end holds the child's memory at its bound and the probe's time`(kind: String) async throws {
        let zeros = [UInt8](repeating: UInt8(ascii: "x"), count: 60_000)
        // AuthenticationOk, and what then never ends before ReadyForQuery.
        let login = Self.plain + Self.message("R", [0, 0, 0, 0])
        let flood: HostileServer.Manner =
            switch kind {
            case "notices": .floods(first: login, then: Self.message("N", Array("SNOTICE\0C00000\0M".utf8) + zeros + [0, 0]))
            case "settings": .floods(first: login, then: Self.message("S", zeros + [0] + zeros + [0]))
            default:
                .floods(first: login + Array("D".utf8) + [0x3f, 0xff, 0xff, 0xff], then: zeros)
            }
        let server = try HostileServer(flood)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        async let answer = child.ask(within: .seconds(4))
        var largest = 0
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(3) {
            if let pid = try await child.childID(), let status = try? ProbeChildTests.text(pid, "status"),
                let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS") })
            {
                largest = max(largest, Int(line.filter(\.isNumber)) ?? 0)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let failure = try #require(try await answer.failure)
        #expect([.timeout, .limit, .content, .connection].contains(failure.reason), "\(failure)")
        #expect(largest < 100 << 10, "KiB resident")
        #expect(ContinuousClock.now - start < .seconds(6))
    }

    @Test func `a server that was given the password and says it back is not quoted`() async throws {
        // Asks for the password as a clear text, and fails with it in its words: as any server could that has read it.
        let error = "SFATAL\0VFATAL\0C28P01\0Mno \(Self.marked) here\0\0"
        let failure = try #require(
            try await ask(
                .says(Self.message("R", [0, 0, 0, 3]) + Self.message("E", Array(error.utf8))), sslmode: "disable"))
        #expect(failure.reason == .authentication)
        #expect(!failure.text.contains(Self.marked))
        #expect(failure.logged.contains("not shown"))
    }

    @Test func `passwords are read from their file at each connection, and a wrong one is told`() async throws {
        let server = try PostgreSQLServer()
        try server.query("CREATE ROLE watcher LOGIN PASSWORD '\(Self.marked)'")
        let hba = try server.query("SHOW hba_file").dropLast()
        let rules = "host all watcher 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
        try Data(rules.utf8).write(to: URL(fileURLWithPath: String(hba)))
        try server.query("SELECT pg_reload_conf()")
        let folder = try TemporaryFolder()
        var target = PostgreSQLTarget(port: server.port, user: "watcher")
        let without = try #require(try await AskedChild.postgresql(target).ask().failure)
        #expect(without.reason == .authentication)
        target.password = .file(folder.path("password"))
        let missing = try #require(try await AskedChild.postgresql(target).ask().failure)
        #expect(missing.reason == .file)
        #expect(missing.text.contains("password_file"))
        try folder.write("Xq7-wrong-secret", to: "password")
        let child = try AskedChild.postgresql(target)
        let wrong = try #require(try await child.ask().failure)
        #expect(wrong.reason == .authentication)
        #expect(wrong.text.contains("28P01"))
        #expect(!wrong.text.contains("Xq7"))
        try folder.write("\(Self.marked)\n", to: "password")
        #expect(try await child.ask().postgresql != nil)
        // It is in no argument and no environment.
        let pid = try #require(try await child.childID())
        for name in ["cmdline", "environ"] { #expect(!(try ProbeChildTests.text(pid, name).contains("Xq7"))) }
        #expect(!server.log.contains(Self.marked) || server.log.contains("CREATE ROLE"))
        var unknown = target
        unknown.database = "nowhere"
        #expect(try await AskedChild.postgresql(unknown).ask().failure?.reason == .status)
    }

    @Test func `a server whose certificate is another's is not trusted`() async throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        let certificates = TestCertificates(in: folder)
        try certificates.make("right", signing: [("server", "IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example")])
        try certificates.make("wrong", signing: [])
        for name in ["server", "elsewhere"] {
            _ = try Command.run("chown", ["postgres", certificates.key(name)])
            chmod(certificates.key(name), 0o600)
        }
        func ask(_ certificate: String, authority: String, mode: String) async throws -> Result<ProbeFigures, ProbeFailure> {
            let server = try PostgreSQLServer(settings: [
                "ssl = on", "ssl_cert_file = '\(certificates.certificate(certificate))'",
                "ssl_key_file = '\(certificates.key(certificate))'",
            ])
            var target = PostgreSQLTarget(port: server.port, user: "postgres")
            target.tls.mode = mode
            target.tls.authorityFile = certificates.certificate(authority)
            defer { server.stop() }
            return try await AskedChild.postgresql(target).ask()
        }
        #expect(try await ask("server", authority: "right", mode: "verify-full").postgresql != nil)
        #expect(try await ask("server", authority: "wrong", mode: "verify-full").failure?.reason == .tls)
        #expect(try await ask("elsewhere", authority: "right", mode: "verify-full").failure?.reason == .tls)
        #expect(try await ask("elsewhere", authority: "right", mode: "verify-ca").postgresql != nil)
        // A server that has none, where one is asked for.
        let plain = try PostgreSQLServer()
        var target = PostgreSQLTarget(port: plain.port, user: "postgres")
        target.tls.mode = "require"
        #expect(try await AskedChild.postgresql(target).ask().failure?.reason == .tls)
    }
}
