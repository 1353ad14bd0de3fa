/// Queries for postgres_exporter, which runs each on every scrape: a list of columns for each, with their use.
let postgresQueries = """
    pg_replication:
      query: >-
        SELECT pg_is_in_recovery()::int AS is_replica,
        CASE
        WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE coalesce(greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp())), 0)
        END AS lag
      master: true
      metrics:
      - is_replica: {usage: GAUGE, description: "1 when the server follows another one, else 0."}
      - lag: {usage: GAUGE, description: "Seconds since the last replayed transaction was committed."}
    pg_postmaster:
      query: "SELECT extract(epoch FROM pg_postmaster_start_time()) AS start_time_seconds"
      master: true
      metrics:
      - start_time_seconds: {usage: GAUGE, description: "When the server was started."}
    pg_transaction_age:
      query: "SELECT datname, age(datfrozenxid) AS transactions FROM pg_database WHERE datallowconn"
      master: true
      metrics:
      - datname: {usage: LABEL, description: "Name of the database."}
      - transactions: {usage: GAUGE, description: "Age of the oldest transaction that is not frozen."}
    pg_stat_user_tables:
      query: >-
        SELECT current_database() AS datname, schemaname, relname, n_live_tup, n_dead_tup, seq_scan,
        coalesce(idx_scan, 0) AS idx_scan, autovacuum_count, autoanalyze_count,
        coalesce(extract(epoch FROM last_autovacuum), 0) AS last_autovacuum,
        coalesce(extract(epoch FROM last_autoanalyze), 0) AS last_autoanalyze
        FROM pg_stat_user_tables
      metrics:
      - datname: {usage: LABEL, description: "Name of the database."}
      - schemaname: {usage: LABEL, description: "Name of the schema."}
      - relname: {usage: LABEL, description: "Name of the table."}
      - n_live_tup: {usage: GAUGE, description: "Live rows, estimated."}
      - n_dead_tup: {usage: GAUGE, description: "Dead rows, estimated."}
      - seq_scan: {usage: COUNTER, description: "Scans of the whole table."}
      - idx_scan: {usage: COUNTER, description: "Scans of an index."}
      - autovacuum_count: {usage: COUNTER, description: "Times that autovacuum has vacuumed it."}
      - autoanalyze_count: {usage: COUNTER, description: "Times that autovacuum has analysed it."}
      - last_autovacuum: {usage: GAUGE, description: "When autovacuum vacuumed it last."}
      - last_autoanalyze: {usage: GAUGE, description: "When autovacuum analysed it last."}

    """
