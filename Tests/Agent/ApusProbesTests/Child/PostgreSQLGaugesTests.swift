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
            ("SELECT 'x' AS value", .content, "has no number"),
            ("", .status, "empty"),
            ("SELECT repeat('x', 300000) AS x, 1 AS value", .limit, ""),
            ("SELECT pg_catalog.pg_read_file('/etc/passwd') AS x, 1 AS value", .authentication, "permission denied"),
        ]
        for (query, reason, text) in faults {
            let child = try AskedChild.sql(Self.target(server, query))
            let failure = try #require(try await child.ask(within: .milliseconds(1500)).failure, "\(query)")
            #expect(failure.reason == reason && failure.logged.contains(text), "\(query): \(failure)")
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

    private static func target(_ server: PostgreSQLServer, all queries: [String]) -> SQLTarget {
        SQLTarget(
            .postgresql(PostgreSQLTarget(port: server.port, user: "reader")),
            gauges: queries.enumerated().map { .init(name: "g\($0)", help: "Help.", query: $1, value: "value") })
    }

    private static func values(_ result: Result<ProbeFigures, ProbeFailure>) -> [String]? {
        result.gauges?.map { "\($0.name) \($0.series.first?.value ?? -1)" }
    }

    @Test func `a gauge that fails leaves the others theirs, and no page has what is stored`() async throws {
        let server = try PostgreSQLServer()
        try server.query(
            "CREATE ROLE reader LOGIN; CREATE TABLE c (mail text); INSERT INTO c VALUES ('ada@customer.example'); GRANT SELECT ON c TO reader"
        )
        let faults: [(String, ProbeFailureReason)] = [
            ("SELECT mail AS value FROM public.c", .content), ("SELECT mail::int AS value FROM public.c", .status),
            ("SELECT 1 FROM absent", .status), ("COMMIT", .status), ("ROLLBACK TO SAVEPOINT gauge", .content),
            ("RELEASE SAVEPOINT gauge", .content), ("SET TRANSACTION READ WRITE", .status),
            ("SELECT pg_sleep(60), 1 AS value", .timeout),
            ("SELECT generate_series(1, 100000000) AS x, 1 AS value", .limit),
        ]
        for (query, reason) in faults {
            let child = try AskedChild.sql(Self.target(server, all: ["SELECT 1 AS value", query, "SELECT 3 AS value"]))
            let result = try await child.ask(within: .seconds(2))
            #expect(Self.values(result) == ["g0 1.0", "g2 3.0"], "\(query): \(result)")
            let failures = (try? result.get().failures) ?? []
            #expect(failures.map(\.reason) == [reason], "\(query): \(failures)")
            #expect(failures.allSatisfy { $0.text.hasPrefix("g1: ") && !$0.text.contains("customer") }, "\(failures)")
        }
        // The log has what the server says.
        let child = try AskedChild.sql(Self.target(server, all: ["SELECT mail::int AS value FROM public.c"]))
        let failure = try #require(try await child.ask().failure)
        #expect(failure.text.contains("SQLSTATE 22P02") && failure.logged.contains("invalid input syntax"), "\(failure)")
    }

    @Test func `an error does not cost the connection`() async throws {
        let server = try PostgreSQLServer()
        try server.query("CREATE ROLE reader LOGIN")
        let child = try AskedChild.sql(Self.target(server, all: ["SELECT pg_backend_pid() AS value", "SELECT * FROM absent"]))
        let first = try #require(Self.values(try await child.ask()))
        for _ in 0..<5 { #expect(Self.values(try await child.ask()) == first) }
    }

    @Test func `all gauges of an attempt are of one moment`() async throws {
        let server = try PostgreSQLServer()
        try server.query("CREATE ROLE reader LOGIN; CREATE TABLE c (x int); GRANT SELECT ON c TO reader")
        let count = "SELECT count(*) AS value FROM public.c"
        let child = try AskedChild.sql(
            Self.target(server, all: [count, "SELECT pg_sleep(0.3), 1 AS value", count]))
        let writer = try server.session(
            "DO 'BEGIN FOR i IN 1..100 LOOP INSERT INTO c VALUES (i); COMMIT; PERFORM pg_sleep(0.02); END LOOP; END'")
        defer { writer.stop() }
        var seen: Set<String> = []
        for _ in 0..<5 {
            let values = try #require(try await child.ask().gauges?.map { $0.series.first?.value })
            #expect(values.count == 3 && values[0] == values[2])
            seen.insert("\(values[0] ?? -1)")
        }
        #expect(seen.count > 1, "rows came meanwhile")
    }
}
