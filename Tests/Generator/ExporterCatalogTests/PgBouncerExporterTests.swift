import ApusMetrics
import ExporterCatalog
import Foundation
import HostTesting
import ServerTesting
import Testing

/// No package has this exporter: what it served of a real PgBouncer is kept in a file, and a real PgBouncer is asked for the columns
/// that it reads.
@Suite struct PgBouncerExporterTests {
    @Test func `what the exporter has served is as declared`() throws {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/pgbouncer", withExtension: "txt"))
        let live = try ExpositionSummary(parsing: String(contentsOf: file, encoding: .utf8))
        let differences = CatalogComparison(declared: PgBouncerExporter.families, live: live).differences
        #expect(differences.isEmpty, "\(differences)")
    }

    @Test func `a pool between clients and a server tells what the exporter reads`() throws {
        let server = try PostgreSQLServer()
        defer { server.stop() }
        let port = try LoopbackPort.free()
        let pool = try PgBouncerServer(port: port) { folder in
            """
            [databases]
            orders = host=127.0.0.1 port=\(server.port) dbname=postgres user=postgres pool_size=5
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            admin_users = admin
            """
        }
        defer { pool.stop() }
        #expect(try PostgreSQLServer.query("SELECT 1", database: "orders", port: port, user: "shop") == "1\n")
        // As its collector reads them, by number of columns and by rows.
        #expect(try columns(of: "SHOW POOLS", pool).first == "orders")
        let totals = try columns(of: "SHOW STATS_TOTALS", pool)
        #expect(totals.first == "orders")
        #expect(totals.count == 8)
        #expect(try pool.console("SHOW LISTS", user: "admin").contains("used_servers|1\n"))
        #expect(
            try pool.console("SHOW DATABASES", user: "admin").contains("orders|127.0.0.1|\(server.port)|postgres|postgres|5|"))
        #expect(try pool.console("SHOW CONFIG", user: "admin").contains("max_client_conn|100|"))
    }

    /// The fields of the row of the database `orders`.
    private func columns(of command: String, _ pool: PgBouncerServer) throws -> [Substring] {
        let rows = try pool.console(command, user: "admin").split(separator: "\n")
        return rows.first { $0.hasPrefix("orders|") }?.split(separator: "|", omittingEmptySubsequences: false) ?? []
    }
}
