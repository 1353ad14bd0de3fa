import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import ServerTesting
import Testing

/// pgbouncer with the generated configuration, before a real PostgreSQL.
@Suite struct `The configuration of pgbouncer` {
    private struct Pooled {
        let server: PostgreSQLServer
        let pgbouncer: PgBouncerServer
        let pooler: Pooler

        init(_ mode: Pooler.Mode = .transaction, poolSize: Int = 7, reserve: Int = 2, maxClients: Int = 33) throws {
            let server = try PostgreSQLServer()
            for sql in [
                "CREATE ROLE apus LOGIN PASSWORD 'secret'", "CREATE ROLE idle LOGIN",
                "CREATE DATABASE shop OWNER apus",
            ] { try server.query(sql) }
            let port = try LoopbackPort.free()
            let pooler = Pooler(port: port, mode: mode, poolSize: poolSize, reserve: reserve, maxClients: maxClients)
            let fleet = Fleet("web") {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                Database("postgres", port: server.port, database: "shop", maxConnections: 100, pooler: pooler)
            }
            self.server = server
            self.pooler = pooler
            pgbouncer = try PgBouncerServer(port: port) { folder in
                // Passwords in the clear: pgbouncer makes of them what client and server ask for.
                try folder.write(
                    #""apus" "secret"\#n"apus-stats" "look"\#n"apus-admin" "change"\#n"#, to: "userlist.txt")
                let file = try #require(try FileKind.pgbouncer.files(for: fleet).first)
                return file.contents.replacing(PgbouncerConfiguration.userList, with: folder.path("userlist.txt"))
            }
        }

        func psql(_ sql: String, database: String = "shop", user: String, password: String) throws -> String {
            try ServerTool.run(
                "psql",
                [
                    "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
                    "host=127.0.0.1 port=\(pooler.port) dbname=\(database) user=\(user) password=\(password)",
                    "--command=\(sql)",
                ], of: "postgresql-client")
        }

        /// A table of the console, by the first column.
        func console(_ table: String) throws -> [String: [String]] {
            let text = try psql("SHOW \(table)", database: "pgbouncer", user: "apus-stats", password: "look")
            let rows = text.split(separator: "\n").map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            }
            return Dictionary(rows.map { ($0[0], $0) }) { first, _ in first }
        }
    }

    @Test(arguments: Pooler.Mode.allCases)
    func `is read by pgbouncer with the numbers of the topology`(mode: Pooler.Mode) throws {
        let pooled = try Pooled(mode)
        let settings = try pooled.console("CONFIG").mapValues { $0[1] }
        let expected = [
            "pool_mode": mode.rawValue, "default_pool_size": "7", "reserve_pool_size": "2", "max_db_connections": "9",
            "max_client_conn": "33", "so_reuseport": "0", "listen_addr": "127.0.0.1", "listen_port": "\(pooled.pooler.port)",
            "server_reset_query": mode == .session ? "DISCARD ALL" : "", "stats_users": "apus-stats",
            "admin_users": "apus-admin", "query_wait_timeout": "15", "idle_transaction_timeout": "60",
        ]
        for (name, value) in expected { #expect(settings[name] == value, "\(name)") }
        #expect(!pooled.pgbouncer.log.contains("WARNING"), "\(pooled.pgbouncer.log)")
    }

    @Test func `leads clients with a password to the database, over a pool of theirs`() throws {
        let pooled = try Pooled()
        #expect(try pooled.psql("SELECT current_user", user: "apus", password: "secret") == "apus\n")
        let pool = try #require(try pooled.console("POOLS")["shop"])
        #expect(pool[1] == "apus" && pool.last == "transaction")
        let database = try #require(try pooled.console("DATABASES")["shop"])
        #expect(Array(database[1...3]) == ["127.0.0.1", "\(pooled.server.port)", "shop"])
        // Pool size, reserve and connections at most, wherever this version has them.
        #expect(database.contains("7") && database.contains("2"))
        for (user, password) in [("apus", "wrong"), ("idle", ""), ("postgres", "secret")] {
            #expect(throws: (any Error).self) { try pooled.psql("SELECT 1", user: user, password: password) }
        }
    }

    @Test func `lets who looks at the console change nothing`() throws {
        let pooled = try Pooled()
        #expect(throws: (any Error).self) {
            try pooled.psql("PAUSE", database: "pgbouncer", user: "apus-stats", password: "look")
        }
        #expect(throws: (any Error).self) {
            try pooled.psql("SHOW CONFIG", database: "pgbouncer", user: "apus", password: "secret")
        }
        #expect(throws: Never.self) {
            try pooled.psql("RELOAD", database: "pgbouncer", user: "apus-admin", password: "change")
        }
    }

    /// What pgbouncer itself reckons it may need is what the comment in its file says, or less.
    @Test func `needs no more descriptors than it says`() throws {
        let pooled = try Pooled()
        let fleet = shopFleet()
        let file = try #require(try FileKind.pgbouncer.files(for: fleet).first)
        #expect(file.contents.contains("; at least 289."))
        // Its log: "kernel file descriptor limit: 1024 (hard: …); max_client_conn: 33, max expected fd use: 57"
        let log = pooled.pgbouncer.log
        let use = try #require(log.components(separatedBy: "max expected fd use: ").last)
        let expected = try #require(Int(use.prefix { $0.isNumber }))
        #expect(expected <= 33 + 7 + 2 + 64)
        #expect(expected > 33)
    }

    @Test func `names prepared statements from the version on that knows of them`() throws {
        func text(_ version: ToolVersion) throws -> String {
            let fleet = Fleet("web") {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                Database("postgres", pooler: Pooler())
                ToolVersions(pgbouncer: version)
            }
            return try #require(try FileKind.pgbouncer.files(for: fleet).first).contents
        }
        #expect(try !text(ToolVersion(1, 18)).contains("max_prepared_statements"))
        #expect(try text(ToolVersion(1, 21)).contains("\nmax_prepared_statements = 200\n"))
    }

    @Test func `is one file a pooler, and none of a database without one`() throws {
        let fleet = Fleet("web") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Database("one", port: 5432, pooler: Pooler("front", port: 6432))
            Database("two", port: 5433, pooler: Pooler("side", port: 6433), exporterPort: 9188)
            Database("three", port: 5434, exporterPort: 9189)
        }
        #expect(
            try FileKind.pgbouncer.files(for: fleet).map(\.path)
                == ["deploy/pgbouncer/pgbouncer-front.ini", "deploy/pgbouncer/pgbouncer-side.ini"])
    }

    @Test func `holds no password`() throws {
        let file = try #require(try FileKind.pgbouncer.files(for: shopFleet()).first)
        #expect(!file.contents.contains("password"))
        #expect(file.contents.contains("auth_file = /etc/pgbouncer/userlist.txt"))
    }
}
