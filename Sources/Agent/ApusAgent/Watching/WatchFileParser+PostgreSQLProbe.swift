import AgentMetrics
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// A PostgreSQL that is asked what it says of itself.
    mutating func postgresqlProbe(_ value: PlacedYAML) -> ProbeTarget? {
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofPostgreSQL + ["sizes"], secrets: ["password"], in: "postgresql") else {
            return nil
        }
        let server = postgresql(keys, at: value.place, usual: PostgreSQLTarget(user: ""))
        let sizes = keys["sizes"].map { boolean($0, "sizes") } ?? true
        guard faults.count == before, var server, let sizes else { return nil }
        server.measuresSizes = sizes
        return .postgresql(server)
    }

    /// A PgBouncer that is asked on its administration console.
    mutating func pgbouncerProbe(_ value: PlacedYAML) -> ProbeTarget? {
        var target = PgBouncerTarget(user: "")
        let known = ProbeKey.ofPostgreSQL.filter { $0 != "database" }
        guard let keys = keys(of: value, known, secrets: ["password"], in: "pgbouncer") else { return nil }
        guard let server = postgresql(keys, at: value.place, usual: target.server) else { return nil }
        target.server = server
        return .pgbouncer(target)
    }

    /// Where a server of PostgreSQL's protocol is, and who asks it.
    ///
    /// - Parameter usual: what holds where a key is not there.
    mutating func postgresql(
        _ keys: [String: PlacedYAML], at place: TextPlace, usual: PostgreSQLTarget
    ) -> PostgreSQLTarget? {
        let before = faults.count
        var target = usual
        if let value = keys["host"], let host = databaseHost(value) { target.host = host }
        if let value = keys["port"], let port = port(value, "port") { target.port = port }
        if let value = keys["database"], let name = databaseName(value, "database") { target.database = name }
        if let value = keys["user"] {
            target.user = databaseName(value, "user") ?? ""
        } else {
            note("user is missing: write the role that asks, such as one with GRANT pg_monitor", at: place)
        }
        target.password = secret(keys, "password")
        if let value = keys["sslmode"], let mode = text(value, "sslmode") {
            let modes = PostgreSQLTarget.TLS.modes
            if !modes.contains(mode) {
                note(
                    "\(Self.shown(mode, "sslmode")) is none of its modes: write one of \(modes.joined(separator: ", "))",
                    at: value.place)
            } else if mode.hasPrefix("verify-"), keys["sslrootcert"] == nil {
                note("sslmode \(mode) needs the server's authority: name its file with sslrootcert", at: value.place)
            }
            target.tls.mode = mode
        }
        target.tls.authorityFile = keys["sslrootcert"].flatMap { absolutePath($0, "sslrootcert") }
        target.tls.certificateFile = keys["sslcert"].flatMap { absolutePath($0, "sslcert") }
        target.tls.keyFile = keys["sslkey"].flatMap { absolutePath($0, "sslkey") }
        for (key, other) in [("sslcert", "sslkey"), ("sslkey", "sslcert")] {
            guard let value = keys[key], keys[other] == nil else { continue }
            note("\(key) goes with \(other): name both, or none", at: value.place)
        }
        return faults.count == before ? target : nil
    }

    /// A host, or the folder of a Unix socket.
    private mutating func databaseHost(_ value: PlacedYAML) -> String? {
        guard case .scalar(let text, _) = value.value, text.hasPrefix("/") else { return host(value, "host") }
        return absolutePath(value, "host")
    }

    /// The name of a role or a database.
    private mutating func databaseName(_ value: PlacedYAML, _ key: String) -> String? {
        guard let text = text(value, key) else { return nil }
        // What PostgreSQL keeps of a name (NAMEDATALEN).
        guard text.utf8.count <= 63 else {
            note("\(Self.shown(text, key)) has more than 63 bytes, of which no name has more", at: value.place)
            return nil
        }
        return text
    }
}

extension ProbeKey {
    static let ofPostgreSQL = ["host", "port", "database", "user", "sslmode", "sslrootcert", "sslcert", "sslkey"]
}
