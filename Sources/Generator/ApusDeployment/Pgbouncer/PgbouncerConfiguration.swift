import ApusFiles
import ApusTopology

/// pgbouncer.ini of a pooler (https://www.pgbouncer.org/config.html), without a secret: passwords are in `userlist.txt`.
package struct PgbouncerConfiguration {
    let fleet: Fleet
    let database: Database
    let pooler: Pooler
    let network: FleetNetwork

    static let adminUser = "apus-admin"
    package static let userList = "/etc/pgbouncer/userlist.txt"

    var text: PlacedText {
        var text = PlacedText()
        text.add("; Written by `apus generate`: change the topology instead.")
        text.add("; Read by pgbouncer \(fleet.tools.pgbouncer); how to use it: docs/deployment.md")
        text.addBlankLine()
        addDatabases(to: &text)
        text.addBlankLine()
        text.add("[pgbouncer]")
        addListening(to: &text)
        addPools(to: &text)
        addTimeouts(to: &text)
        addConsole(to: &text)
        return text
    }

    private func addDatabases(to text: inout PlacedText) {
        let server = fleet.endpoint(of: database)
        text.add("[databases]")
        text.add(
            "\(database.database) = host=\(network.host(of: server)) port=\(server.port) dbname=\(database.database)",
            from: database.place)
    }

    private func addListening(to text: inout PlacedText) {
        text.add("listen_addr = \(listenAddress)")
        text.add("listen_port = \(pooler.port)", from: pooler.place)
        text.add(
            """
            ; Clients come over TCP.
            unix_socket_dir =
            ; One process has the pools: two of them would open twice the connections.
            so_reuseport = 0
            auth_type = scram-sha-256
            auth_file = \(Self.userList)
            ; Drivers set it for every connection; a pool cannot keep it for each client.
            ignore_startup_parameters = extra_float_digits

            """)
    }

    private var listenAddress: String {
        switch network {
        case .host: fleet.poolerEndpoint(of: database)?.host ?? fleet.host
        case .containers: "0.0.0.0"
        }
    }

    private func addPools(to text: inout PlacedText) {
        text.add("pool_mode = \(pooler.mode.rawValue)", from: pooler.place)
        text.add("; Server connections of one pair of database and user, and more while clients have waited.")
        text.add("default_pool_size = \(pooler.poolSize)", from: pooler.place)
        text.add("min_pool_size = 0")
        text.add("reserve_pool_size = \(pooler.reserve)", from: pooler.place)
        text.add("reserve_pool_timeout = 3")
        text.add("; Of all users of a database together: with its \(database.reservedConnections) reserved ones within its")
        text.add("; max_connections of \(database.maxConnections).", from: database.place)
        text.add("max_db_connections = \(pooler.poolSize + pooler.reserve)", from: pooler.place)
        text.add("; All clients; each takes a descriptor, as does each server connection: the open-file limit must be")
        text.add("; at least \(openFiles).", from: pooler.place)
        text.add("max_client_conn = \(pooler.maxClients)", from: pooler.place)
        addPreparedStatements(to: &text)
        addReset(to: &text)
        text.addBlankLine()
    }

    /// Clients, server connections, and some for itself: listeners, its log, DNS.
    var openFiles: Int { pooler.maxClients + pooler.poolSize + pooler.reserve + 64 }

    /// Of which pgbouncer knows since 1.21; an earlier one ends at the unknown setting.
    private func addPreparedStatements(to text: inout PlacedText) {
        guard pooler.mode != .session else { return }
        if fleet.tools.pgbouncer >= ToolVersion(1, 21) {
            text.add("max_prepared_statements = 200", from: fleet.tools.place)
        } else {
            text.add("; This version loses prepared statements between transactions: drivers must not name them.")
        }
    }

    /// A session is cleaned of what its client left; after a transaction nothing may be left in the first place.
    private func addReset(to text: inout PlacedText) {
        text.add("server_reset_query = \(pooler.mode == .session ? "DISCARD ALL" : "")", from: pooler.place)
        text.add("server_reset_query_always = 0")
    }

    private func addTimeouts(to text: inout PlacedText) {
        text.add(
            """
            ; Seconds. A client that gets no server connection is told so before its own patience ends.
            query_wait_timeout = 15
            ; Servers are looked at before use, and replaced at times.
            server_check_delay = 30
            server_check_query = SELECT 1
            server_lifetime = 3600
            server_idle_timeout = 300
            server_connect_timeout = 5
            server_login_retry = 2
            client_login_timeout = 15
            ; A transaction that is left open holds a server connection.
            idle_transaction_timeout = 60
            tcp_keepalive = 1
            tcp_keepidle = 60
            tcp_keepintvl = 10
            tcp_keepcnt = 3

            """)
    }

    private func addConsole(to text: inout PlacedText) {
        text.add(
            """
            ; Who may use the console, the database pgbouncer.
            admin_users = \(Self.adminUser)
            stats_users = \(Pooler.statsUser)
            stats_period = 60
            ; Each connection of each client would be two lines.
            log_connections = 0
            log_disconnections = 0
            log_pooler_errors = 1
            """)
    }
}
