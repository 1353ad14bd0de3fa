import AgentMetrics
import ApusAgent
import ApusLimits
import ApusProbes
import Testing

/// What the file may say of probes that ask by a process of their own.
@Suite struct ChildProbeFileTests {
    private static func errors(_ probe: String) -> [String] {
        do throws(WatchFileError) {
            _ = try WatchFile.parse(Array("probes:\n- service: a\n  \(probe)\n".utf8), path: "w.yaml")
        } catch { return error.lines }
        return []
    }

    private static func target(_ probe: String) throws -> ProbeTarget? {
        try WatchFile.parse(Array("probes:\n- service: a\n  \(probe)\n".utf8), path: "w.yaml").probes.first?.target
    }

    @Test func `each kind is read whole`() throws {
        var server = PostgreSQLTarget(host: "db.example", port: 5433, database: "orders", user: "watcher")
        server.password = .credential("orders")
        server.tls.mode = "verify-full"
        server.tls.authorityFile = "/etc/ca.pem"
        let keys =
            "host: db.example, port: 5433, database: orders, user: watcher, password_credential: orders, sslmode: verify-full, sslrootcert: /etc/ca.pem"
        #expect(try Self.target("postgresql: { \(keys) }") == .postgresql(server))
        #expect(
            try Self.target(
                "sql: { postgresql: { \(keys) }, gauges: [ { name: depth, help: Jobs., query: SELECT 1 AS n, value: n } ] }")
                == .sql(
                    SQLTarget(
                        .postgresql(server), gauges: [.init(name: "depth", help: "Jobs.", query: "SELECT 1 AS n", value: "n")]))
        )
        server.measuresSizes = false
        #expect(try Self.target("postgresql: { \(keys), sizes: no }") == .postgresql(server))
        #expect(
            try Self.target("postgresql: { host: /run/postgresql, user: a }")
                == .postgresql(PostgreSQLTarget(host: "/run/postgresql", user: "a")))
        #expect(try Self.target("pgbouncer: { user: a }") == .pgbouncer(PgBouncerTarget(user: "a")))
        #expect(try Self.target("file: /var/backups/*.dump") == .file(FileTarget(path: "/var/backups/*.dump")))
        #expect(try Self.target("file: { path: /var/lib/job.done }") == .file(FileTarget(path: "/var/lib/job.done")))
    }

    @Test(arguments: [
        ("postgresql: {}", "user is missing"),
        ("postgresql: { user: a, password: x }", "password is not written into this file"),
        ("postgresql: { user: a, sslmode: full }", "write one of disable, allow"),
        ("postgresql: { user: a, sslmode: verify-full }", "name its file with sslrootcert"),
        ("postgresql: { user: a, sslcert: /c }", "sslcert goes with sslkey"),
        ("postgresql: { user: a, host: 'one,two' }", "neither an address nor a host's name"),
        ("postgresql: { user: a, port: 0 }", "is no port"), ("pgbouncer: { user: a, database: b }", "is no key of pgbouncer"),
        ("sql: { gauges: [] }", "nothing says which database"), ("sql: { sqlite: /a }", "gauges is missing"),
        ("sql: { sqlite: /a, gauges: [] }", "gauges is empty"), ("sql: { sqlite: a, gauges: [] }", "no absolute path"),
        ("sql: { sqlite: /a, postgresql: { user: a }, gauges: [] }", "are two databases"),
        ("sql: { sqlite: /a, gauges: [ { name: 1a, query: SELECT 1 } ] }", "is no name of a metric"),
        ("sql: { sqlite: /a, gauges: [ { name: __a, query: SELECT 1 } ] }", "is no name of a metric"),
        ("sql: { sqlite: /a, gauges: [ { name: a, query: DROP TABLE a } ] }", "query is no question"),
        ("sql: { sqlite: /a, gauges: [ { name: a, query: COPY a TO STDOUT } ] }", "query is no question"),
        (
            "sql: { sqlite: /a, gauges: [ { name: a, query: SELECT 1 }, { name: a, query: SELECT 2 } ] }",
            "is a gauge of this probe already"
        ),
        ("file: backups/*", "is no absolute path"), ("file: /var/*/a", "has a pattern in a folder's name"),
        ("file: /var/backups/", "names a folder"), ("file: {}", "path is missing"),
    ])
    func `what is wrong is told with its place and what to write`(probe: String, text: String) {
        let errors = Self.errors(probe)
        #expect(errors.contains { $0.hasPrefix("w.yaml:") && $0.contains(text) }, "\(errors)")
        #expect(!errors.joined().contains("password: x"))
    }

    @Test func `no more processes are asked for than an agent has for them`() {
        let most = ChildLimits.probes.value
        let probes = (0...most).map { "- { service: a, instance: i\($0), file: /a }\n" }.joined()
        do throws(WatchFileError) {
            _ = try WatchFile.parse(Array("probes:\n\(probes)".utf8), path: "w.yaml")
            Issue.record("they are taken")
        } catch {
            #expect(error.lines.first?.hasPrefix("w.yaml:\(most + 2):3: more than \(most) probes of") == true, "\(error.lines)")
        }
    }
}
