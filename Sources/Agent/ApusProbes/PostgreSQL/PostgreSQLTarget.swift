import ApusLimits

/// A PostgreSQL that is asked, and as whom.
package struct PostgreSQLTarget: Sendable, Hashable {
    /// A name, an address, or the folder of a Unix socket.
    package var host: String
    package var port: Int
    package var database: String
    package var user: String
    package var password: ProbeSecret?
    package var tls = TLS()
    /// Whether the sizes of databases are asked for, which takes the server a look at each file.
    package var measuresSizes = true
    /// The longest that a connection is kept.
    package var connectionAge = ChildLimits.connectionAge.value

    /// How the connection is secured, in libpq's words.
    package struct TLS: Sendable, Hashable {
        package static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

        package var mode = "prefer"
        package var authorityFile: String?
        package var certificateFile: String?
        package var keyFile: String?

        package init() {}
    }

    package init(host: String = "127.0.0.1", port: Int = 5432, database: String = "postgres", user: String) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
    }

    /// How a child connects.
    ///
    /// - Parameters:
    ///   - options: settings of the session; nil for a server that takes none, as a PgBouncer.
    ///   - isGuarded: whether the statements are the configuration's own.
    func connection(options: [String]?, isGuarded: Bool = false) -> PostgreSQLConnection {
        var parameters: [(String, String?)] = [
            ("host", host), ("port", String(port)), ("dbname", database), ("user", user), ("sslmode", tls.mode),
            ("sslrootcert", tls.authorityFile), ("sslcert", tls.certificateFile), ("sslkey", tls.keyFile),
            ("application_name", "apus-agent"),
            // No ticket of whoever runs the agent is looked for.
            ("gssencmode", "disable"),
        ]
        if let options {
            parameters.append(("client_encoding", "UTF8"))
            parameters.append(("options", options.map { "-c \($0)" }.joined(separator: " ")))
        }
        return PostgreSQLConnection(
            parameters: parameters.compactMap { name, value in value.map { .init(name: name, value: $0) } },
            password: password, isGuarded: isGuarded, age: Int64(clamping: Int(connectionAge / .nanoseconds(1))))
    }

    /// Settings of a session that only reads, and of which nothing is left on the server long after the probe's time, which the child
    /// writes in milliseconds in the place of `$time`.
    static let options = [
        "default_transaction_read_only=on", "statement_timeout=$time", "lock_timeout=$time",
        "idle_in_transaction_session_timeout=$time",
    ]
}
