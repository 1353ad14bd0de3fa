import ApusLimits

extension PostgreSQLFigures {
    /// What is asked for the figures. Each name is qualified, and the session looks into no other schema than the server's own, so that no
    /// function that a user of the database has made is run.
    static func statements(of target: PostgreSQLTarget) -> [ChildStatement] {
        var statements = [
            ChildStatement(server, rows: 1),
            ChildStatement(connections, rows: (ChildLimits.applications.value + 1) * mostStates),
            ChildStatement(replicas, rows: ChildLimits.replicas.value, name: "replicas"),
            ChildStatement(slots, rows: ChildLimits.slots.value, name: "replication slots"),
            ChildStatement(statistics, rows: ChildLimits.statistics.value, name: "counters of databases"),
        ]
        // The slowest is the last, so that it costs no other.
        if target.measuresSizes {
            statements.append(ChildStatement(sizes, rows: ChildLimits.databases.value, name: "sizes of databases"))
        }
        return statements
    }

    /// States that a connection can have, those of later versions included.
    static let mostStates = 16

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
            -- One that is cut off has replayed all that it got, and nobody knows what it lacks.
            CASE WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn()
              AND EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver WHERE coalesce(status, 'streaming') = 'streaming') THEN 0
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

    /// Where the log is written, or on a server that follows, how far it has come.
    private static let place = """
        CASE WHEN pg_catalog.pg_is_in_recovery()
          THEN coalesce(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
          ELSE pg_catalog.pg_current_wal_lsn() END
        """

    /// What a version has no column for is absent, by way of JSON.
    private static let slots = """
        SELECT slot_name, slot_type, active, pg_catalog.pg_wal_lsn_diff(\(place), restart_lsn),
          pg_catalog.to_jsonb(slots) ->> 'wal_status'
        FROM pg_catalog.pg_replication_slots AS slots
        ORDER BY 4 DESC NULLS LAST, 1 LIMIT \(ChildLimits.slots.value)
        """

    private static let statistics = """
        SELECT d.datname, s.xact_commit, s.xact_rollback, s.deadlocks, s.conflicts, s.temp_bytes, s.blks_hit, s.blks_read,
          pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid),
          extract(epoch FROM s.stats_reset)
        FROM pg_catalog.pg_database AS d LEFT JOIN pg_catalog.pg_stat_database AS s ON s.datid = d.oid
        ORDER BY d.datname LIMIT \(ChildLimits.statistics.value)
        """

    private static let sizes = """
        SELECT datname,
          CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') OR \(seesAll)
            THEN pg_catalog.pg_database_size(oid) END
        FROM pg_catalog.pg_database ORDER BY datname LIMIT \(ChildLimits.databases.value)
        """
}
