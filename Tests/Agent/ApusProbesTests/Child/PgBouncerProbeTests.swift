import AgentMetrics
import ApusProbes
import HostTesting
import NIOCore
import ServerTesting
import Testing

/// A PgBouncer by a probe, in front of a real server.
@Suite struct PgBouncerProbeTests {
    private static func pooler(before server: PostgreSQLServer) throws -> PgBouncerServer {
        let port = try LoopbackPort.free()
        return try PgBouncerServer(port: port) { _ in
            """
            [databases]
            orders = host=127.0.0.1 port=\(server.port) dbname=postgres user=postgres pool_size=1
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            admin_users = admin
            stats_users = watcher
            max_client_conn = 77
            """
        }
    }

    @Test func `pools, lists and the bound are the console's own`() async throws {
        let server = try PostgreSQLServer()
        let pool = try Self.pooler(before: server)
        let first = try RunningProgram(
            "psql", ["-X", "-h", "127.0.0.1", "-p", "\(pool.port)", "-U", "shop", "-d", "orders", "-c", "SELECT pg_sleep(600)"])
        defer { first.stop() }
        let child = try AskedChild.pgbouncer(PgBouncerTarget(port: pool.port, user: "watcher"))
        func pooled() async throws -> PgBouncerFigures.Pool? {
            try await child.ask().pgbouncer?.pools.first { $0.database == "orders" }
        }
        try await eventually("a client that is active") {
            try await pooled()?.clients.contains { $0 == .init(state: "active", count: 1) } == true
        }
        let second = try RunningProgram(
            "psql", ["-X", "-h", "127.0.0.1", "-p", "\(pool.port)", "-U", "shop", "-d", "orders", "-c", "SELECT 1"])
        defer { second.stop() }
        try await eventually("a client that waits") { (try await pooled()?.longestWait ?? 0) > 0 }
        let figures = try #require(try await child.ask().pgbouncer)
        let orders = try #require(figures.pools.first { $0.database == "orders" })
        #expect(orders.user == "postgres" || orders.user == "shop")
        #expect(orders.clients.contains(.init(state: "waiting", count: 1)))
        #expect(orders.servers.contains(.init(state: "active", count: 1)))
        #expect(figures.maxClients == 77)
        let lists = try pool.console("SHOW LISTS", user: "admin")
        for item in figures.items where ["databases", "users", "pools"].contains(item.name) {
            #expect(lists.contains("\(item.name)|\(item.count)\n"))
        }
        #expect(figures.items.contains { $0.name == "used_clients" })
    }

    @Test func `one kind that is asked as the other says so`() async throws {
        let server = try PostgreSQLServer()
        let pool = try Self.pooler(before: server)
        let asked = try #require(
            try await AskedChild.postgresql(PostgreSQLTarget(port: pool.port, database: "orders", user: "shop")).ask().failure)
        #expect(asked.reason == .status && asked.text.contains("a PgBouncer answers"), "\(asked)")
        var console = PgBouncerTarget(port: server.port, user: "postgres")
        console.server.database = "postgres"
        let other = try #require(try await AskedChild.pgbouncer(console).ask().failure)
        #expect(other.reason == .status, "\(other)")
    }
}
