import AgentMetrics

/// What an error of PostgreSQL means, in words of the agent's own: those of the server quote what is stored in it.
enum PostgreSQLFault {
    /// - Parameters:
    ///   - state: the server's code, SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html); empty where libpq itself
    ///     says what is wrong.
    ///   - message: the server's words, or libpq's, which are English in a child.
    static func told(state: String, message: String) -> (reason: ProbeFailureReason, text: String) {
        guard !state.isEmpty, state != "08006", state != "08003" else { return told(message) }
        let meaning = meaning(of: state, message)
        return (meaning.reason, "\(meaning.text) (SQLSTATE \(state)); the agent's log has the server's words")
    }

    private static func meaning(of state: String, _ message: String) -> (reason: ProbeFailureReason, text: String) {
        switch state {
        case "28P01":
            (
                .authentication,
                "the server does not take the password: write the user's own into the file or credential of the probe"
            )
        case "42501":
            (.authentication, "the user may not do what is asked: grant it, pg_monitor has what the agent asks itself")
        case "57014":
            (
                .timeout,
                "the statement was ended, as its time was over: look what it waits for, or give the probe a longer timeout"
            )
        case "53200" where message == "out of memory":
            (.limit, "the answer takes more memory than the process may have: ask for less")
        case "53300": (.status, "the server takes no more connections: look who holds them, or raise max_connections")
        case "57P03": (.status, "the server begins or ends, and takes no connection now: wait, or see its log")
        case "3D000": (.status, "there is no such database: name one that is there with database")
        case "42P01": (.status, "there is no such table or view: write its schema")
        case "42703": (.status, "there is no such column: mend the query")
        case "42601": (.status, "the query is no single statement of SQL: write one SELECT")
        case "25006": (.status, "the query does more than read: write a SELECT")
        case "0A000": (.status, "the query is none that gives rows, or none that the server knows: write a SELECT")
        case "25000" where message.hasPrefix("the query ends"): (.status, "the query ends its transaction: write a SELECT")
        // A PgBouncer has this code for all that it refuses.
        case "08P01" where message.contains("authentication failed") || message.contains("no such user"):
            (.authentication, "the server does not take the user or the password: write both as its auth_file has them")
        case "08P01" where message.contains("not allowed"):
            (.authentication, "the user may not ask the console: name it in stats_users of the PgBouncer")
        case "08P01": (.content, "what answers does not keep to the protocol: look what listens there")
        default: meaning(ofClass: state.prefix(2))
        }
    }

    private static func meaning(ofClass code: Substring) -> (reason: ProbeFailureReason, text: String) {
        switch code {
        case "08": (.connection, "the connection does not come about, or has ended: see the server's log and the firewall")
        case "22": (.status, "a value is none that the query can work with: mend the query")
        case "28": (.authentication, "the server does not let the user in: see pg_hba.conf, and that the user may log in")
        case "40": (.status, "the server has ended the statement for the sake of others: it is asked again at the next turn")
        case "53": (.status, "the server lacks memory, disk space or connections: see its log")
        case "57": (.status, "the server has ended the connection or the statement: see its log")
        default: (.status, "the server answers with an error: see its log")
        }
    }

    /// Where nothing came that a server would say.
    private static func told(_ message: String) -> (reason: ProbeFailureReason, text: String) {
        words.first { $0.words.contains(where: message.contains) }.map { ($0.reason, $0.text) }
            ?? (.connection, "the connection does not come about, or has ended: see the server's log and the firewall")
    }

    private struct Words {
        let reason: ProbeFailureReason
        let text: String
        let words: [String]

        init(_ reason: ProbeFailureReason, _ text: String, _ words: [String]) {
            (self.reason, self.text, self.words) = (reason, text, words)
        }
    }

    private static let words = [
        Words(
            .resolve, "the host's name leads to no address: look for it in /etc/hosts, and at the name server",
            ["could not translate host name"]),
        Words(
            .limit, "the answer takes more memory than the process may have: ask for less",
            ["out of memory", "memory exhausted", "cannot allocate"]),
        Words(
            .file, "a certificate or a key cannot be read: see sslrootcert, sslcert and sslkey",
            ["private key file", "certificate file", "root certificate"]),
        Words(
            .content, "what answers is no PostgreSQL: look at host and port",
            [
                "expected authentication request", "lost synchronization", "invalid response", "malformed", "invalid message",
                "unexpected message", "message contents", "insufficient data", "unrecognized", "received invalid",
            ]),
        Words(
            .tls,
            "no TLS comes about, or the certificate is not to be trusted: see ssl of the server, and name its authority with sslrootcert",
            ["SSL", "certificate", "TLS"]),
        Words(
            .authentication,
            "the server asks for a password that the probe has not, or does not take it: give it one with password_file or "
                + "password_credential",
            ["authentication", "SCRAM", "password", "pg_hba"]),
        Words(
            .timeout, "no connection comes about in the probe's time: look at the network and the firewall", ["timeout expired"]
        ),
        Words(
            .connection, "nothing listens there (Connection refused): start the server, or mend host and port",
            ["Connection refused"]),
    ]
}
