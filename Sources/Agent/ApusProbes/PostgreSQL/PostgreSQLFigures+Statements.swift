import ApusLimits

extension PostgreSQLFigures {
    /// What is asked for the figures. Each name is qualified, and the session looks into no other schema than the server's own, so that no
    /// function that a user of the database has made is run.
    static func statements(of target: PostgreSQLTarget) -> [ChildStatement] {
        var statements = [
            ChildStatement(server, rows: 1), ChildStatement(connections, rows: 10_000),
            ChildStatement(replicas, rows: ChildLimits.replicas.value),
        ]
        if target.measuresSizes { statements.append(ChildStatement(sizes, rows: ChildLimits.databases.value)) }
        return statements
    }

    /// Who may see what every connection does.
    private static let seesAll = "pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')"

    private static func age(_ column: String) -> String {
        "pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - \(column)))"
    }

    private static let server = """
        SELECT pg_catalog.current_setting('max_connections') AS max_connections,
          (SELECT pg_catalog.sum(setting::bigint) FROM pg_catalog.pg_settings
            WHERE name IN ('superuser_reserved_connections', 'reserved_connections')) AS reserved,
          \(seesAll) AS visible,
          pg_catalog.pg_is_in_recovery() AS recovery,
          (SELECT \(age("xact_start")) FROM pg_catalog.pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()) AS oldest,
          (SELECT \(age("xact_start")) FROM pg_catalog.pg_stat_activity
            WHERE backend_type = 'client backend' AND state LIKE 'idle in transaction%') AS oldest_idle,
          (SELECT \(age("prepared")) FROM pg_catalog.pg_prepared_xacts) AS oldest_prepared,
          CASE WHEN pg_catalog.pg_is_in_recovery() THEN
            CASE WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) END
          END AS replay_delay,
          CASE WHEN \(seesAll) THEN EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver WHERE status = 'streaming') END AS receiving
        """

    /// A user who sees little is not told which backends are clients': those of a user in a database are taken for some.
    private static let connections = """
        WITH clients AS (
          SELECT coalesce(application_name, '') AS application,
            CASE WHEN backend_type IS NULL THEN 'hidden' ELSE coalesce(state, 'starting') END AS state
          FROM pg_catalog.pg_stat_activity
          WHERE backend_type = 'client backend' OR (backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL)),
        most AS (
          SELECT application FROM clients GROUP BY application ORDER BY pg_catalog.count(*) DESC, application
          LIMIT \(ChildLimits.applications.value))
        SELECT CASE WHEN application IN (SELECT application FROM most) THEN application END, state, pg_catalog.count(*)
        FROM clients GROUP BY 1, 2
        """

    private static let replicas = """
        SELECT coalesce(application_name, ''), coalesce(pg_catalog.host(client_addr), ''), coalesce(state, 'hidden'),
          pg_catalog.pg_wal_lsn_diff(
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
            ELSE pg_catalog.pg_current_wal_lsn() END, replay_lsn),
          extract(epoch FROM replay_lag)
        FROM pg_catalog.pg_stat_replication ORDER BY 1, 2, 3 LIMIT \(ChildLimits.replicas.value)
        """

    private static let sizes = """
        SELECT datname,
          CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') OR \(seesAll)
            THEN pg_catalog.pg_database_size(oid) END
        FROM pg_catalog.pg_database ORDER BY datname LIMIT \(ChildLimits.databases.value)
        """
}
