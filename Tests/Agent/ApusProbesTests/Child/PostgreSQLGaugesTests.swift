import AgentMetrics
import ApusProbes
import HostTesting
import NIOCore
import ServerTesting
import Testing

/// Gauges from queries of a PostgreSQL.
@Suite struct PostgreSQLGaugesTests {
    private static func target(_ server: PostgreSQLServer, _ query: String, user: String = "reader") -> SQLTarget {
        SQLTarget(
            .postgresql(PostgreSQLTarget(port: server.port, user: user)),
            gauges: [.init(name: "queue_depth", help: "Help.", query: query, value: "value")])
    }

    @Test func `rows are series, and nothing but reading is done`() async throws {
        let server = try PostgreSQLServer()
        try server.query(
            """
            CREATE ROLE reader LOGIN; CREATE TABLE jobs (state text, n int);
            INSERT INTO jobs VALUES ('waiting', 3), ('waiting', 4), ('done', 1), (NULL, NULL);
            GRANT ALL ON jobs TO reader;
            CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM jobs; RETURN 1; END'
            """)
        let result = try await AskedChild.sql(
            Self.target(server, "SELECT state, sum(n) AS value FROM jobs GROUP BY state ORDER BY state")
        ).ask()
        let series = try #require(result.gauges?.first?.series)
        #expect(series.map { "\($0.labels.map(\.value)) \($0.value)" } == ["[\"done\"] 1.0", "[\"waiting\"] 7.0"])
        let faults: [(String, ProbeFailureReason, String)] = [
            ("SELECT 1 AS value; DELETE FROM jobs", .status, "cannot insert multiple commands"),
            ("COMMIT", .status, "ends its transaction"),
            (
                "WITH gone AS (DELETE FROM jobs RETURNING 1) SELECT count(*) AS value FROM gone", .status,
                "read-only transaction"
            ),
            ("SELECT wipe() AS value", .status, "read-only transaction"),
            ("COPY jobs TO STDOUT", .status, "none that gives rows"),
            ("COPY jobs TO PROGRAM 'touch /tmp/ran'", .authentication, "must be superuser"),
            ("SELECT generate_series(1, 100000000) AS x, 1 AS value", .limit, "more than 1000 rows"),
            ("SELECT pg_sleep(100), 1 AS value", .timeout, ""),
            ("SELECT 'x' AS value", .content, "a number is expected"),
            ("", .status, "empty"),
            ("SELECT repeat('x', 300000) AS x, 1 AS value", .limit, ""),
            ("SELECT pg_catalog.pg_read_file('/etc/passwd') AS x, 1 AS value", .authentication, "permission denied"),
        ]
        for (query, reason, text) in faults {
            let child = try AskedChild.sql(Self.target(server, query))
            let failure = try #require(try await child.ask(within: .milliseconds(1500)).failure, "\(query)")
            #expect(failure.reason == reason && failure.text.contains(text), "\(query): \(failure)")
            // The next attempt is as good as the first one.
            #expect(try await child.ask(within: .milliseconds(1500)).failure?.reason == reason)
        }
        #expect(try server.query("SELECT count(*) FROM jobs") == "4\n")
        // No query of a probe stays on the server past its time.
        try await eventually("no query left") {
            try server.query(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(100)%' AND pid <> pg_backend_pid()"
            ) == "0\n"
        }
    }

    @Test func `a superuser is refused, whom no transaction binds`() async throws {
        let server = try PostgreSQLServer()
        let child = try AskedChild.sql(Self.target(server, "SELECT 1 AS value", user: "postgres"))
        let failure = try #require(try await child.ask().failure)
        #expect(failure.reason == .authentication)
        #expect(failure.text.contains("superuser"))
    }
}
