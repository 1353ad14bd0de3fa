import AgentMetrics
import ApusLimits
import ApusText
import CDatabases

/// The time that an attempt may take.
struct AttemptTime {
    /// In nanoseconds of CLOCK_MONOTONIC.
    let deadline: Int64
    /// Nanoseconds from the attempt's beginning to its deadline.
    let budget: Int64

    /// The value of a parameter, with the milliseconds in the place of `$time`.
    func filled(into parameter: PostgreSQLConnection.Parameter) -> String {
        guard parameter.name == "options" else { return parameter.value }
        return parameter.value.replacing("$time", with: String(max(1, budget / 1_000_000)))
    }
}

/// A connection of PostgreSQL's protocol in the child, kept from one attempt to the next.
struct PostgreSQLSession {
    /// What the server was given last, which its words must not give away.
    private var password = ""

    /// The most bytes of one statement's rows.
    private static let mostBytes = CInt(ChildLimits.answer.value.bytes)

    mutating func ask(
        _ connection: PostgreSQLConnection, _ statements: [ChildStatement], _ time: AttemptTime, credentials: String?
    ) throws(ProbeFailure) -> [ChildTable] {
        let deadline = time.deadline
        let isKept = apus_postgres_is_connected()
        if !isKept { try connect(connection, time, credentials) }
        do throws(Fault) { return try run(connection, statements, until: deadline) } catch {
            // The server was started anew, or has ended the connection: that is no reason to call it down.
            guard isKept, error.isOfConnection else { throw failure(error) }
        }
        try connect(connection, time, credentials)
        do throws(Fault) { return try run(connection, statements, until: deadline) } catch { throw failure(error) }
    }

    private static func password(_ secret: ProbeSecret?, _ credentials: String?) throws(ProbeFailure) -> String {
        guard let secret else { return "" }
        return String(decoding: try secret.read("password", credentials: credentials), as: UTF8.self)
    }

    private mutating func connect(
        _ connection: PostgreSQLConnection, _ time: AttemptTime, _ credentials: String?
    ) throws(ProbeFailure) {
        password = try Self.password(connection.password, credentials)
        var parameters = connection.parameters
        if !password.isEmpty { parameters.append(.init(name: "password", value: password)) }
        let text = parameters.map { "\($0.name)=\(Self.quoted(time.filled(into: $0)))" }.joined(separator: " ")
        let outcome = apus_postgres_connect(text, time.deadline)
        guard outcome == APUS_DATABASE_DONE.rawValue else {
            throw failure(Fault(outcome, doing: "taking the connection"))
        }
        guard connection.isGuarded, String(cString: apus_postgres_setting("is_superuser")) == "on" else { return }
        apus_postgres_close()
        throw ProbeFailure(
            .authentication,
            "the user is a superuser, whom no transaction keeps from writing files and running programs: name a user who may only read"
        )
    }

    private func run(
        _ connection: PostgreSQLConnection, _ statements: [ChildStatement], until deadline: Int64
    ) throws(Fault) -> [ChildTable] {
        var tables: [ChildTable] = []
        for statement in statements {
            if connection.isGuarded { try run("BEGIN TRANSACTION READ ONLY", rows: 0, until: deadline) }
            let outcome = apus_postgres_query(
                statement.sql, connection.isGuarded, CInt(clamping: statement.rows), Self.mostBytes, deadline)
            guard outcome == APUS_DATABASE_DONE.rawValue else {
                throw Fault(outcome, doing: "answering", statement.name, rows: statement.rows)
            }
            tables.append(hidingPassword(ProbeChild.rows()))
            guard connection.isGuarded else { continue }
            guard apus_postgres_is_in_transaction() else {
                apus_postgres_close()
                throw Fault("the query ends its transaction: write a SELECT", statement.name)
            }
            try run("ROLLBACK", rows: 0, until: deadline)
        }
        return tables
    }

    private func run(_ sql: String, rows: Int, until deadline: Int64) throws(Fault) {
        let outcome = apus_postgres_query(sql, false, CInt(rows), Self.mostBytes, deadline)
        guard outcome == APUS_DATABASE_DONE.rawValue else { throw Fault(outcome, doing: "answering") }
    }

    /// Rows in which no value holds the password, such as the name of a database that a hostile server makes of it: it would be a label.
    private func hidingPassword(_ table: ChildTable) -> ChildTable {
        // A short one stands in many a word by chance.
        guard password.utf8.count >= 8, table.rows.contains(where: { $0.contains { $0?.contains(password) ?? false } }) else {
            return table
        }
        return ChildTable(
            columns: table.columns,
            rows: table.rows.map { $0.map { value in value.map { $0.contains(password) ? "hidden" : $0 } } })
    }

    /// A value of a connection string, in which a backslash and a quotation mark are escaped.
    static func quoted(_ value: String) -> String {
        "'\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}

extension PostgreSQLSession {
    /// Why an attempt has failed, before it is told to people.
    private struct Fault: Error {
        let outcome: UInt32
        let activity: String
        let statement: String
        let rows: Int
        let state: String
        let message: String

        init(_ outcome: CInt, doing activity: String, _ statement: String = "", rows: Int = 0) {
            self.outcome = UInt32(bitPattern: outcome)
            self.activity = activity
            self.statement = statement
            self.rows = rows
            state = String(cString: apus_database_state())
            message = String(cString: apus_database_error())
        }

        init(_ message: String, _ statement: String) {
            outcome = APUS_DATABASE_FAILED.rawValue
            activity = ""
            self.statement = statement
            rows = 0
            state = "25000"
            self.message = message
        }

        /// Whether the connection has ended, as it does when a server is started anew (57P01 to 57P03, and class 08).
        var isOfConnection: Bool {
            outcome == APUS_DATABASE_FAILED.rawValue && (state.isEmpty || state.hasPrefix("08") || state.hasPrefix("57P"))
        }
    }

    private func failure(_ fault: Fault) -> ProbeFailure {
        let prefix = fault.statement.isEmpty ? "" : "\(fault.statement): "
        switch fault.outcome {
        case APUS_DATABASE_LATE.rawValue:
            return ProbeFailure(.timeout, "\(prefix)the server has not ended \(fault.activity) in the probe's time")
        case APUS_DATABASE_LARGE.rawValue:
            return ProbeFailure(
                .limit,
                "\(prefix)the answer has more than \(fault.rows) rows or \(ChildLimits.answer.value.limitText): \(ChildLimits.rows.remedy)"
            )
        case APUS_DATABASE_MISSING.rawValue: return ProbeFailure(.file, Self.shown(fault.message))
        default: break
        }
        if fault.message.contains("startup parameter") {
            return ProbeFailure(
                .status,
                "a PgBouncer answers in the server's place: name the server's own port, or ask the PgBouncer by a probe of pgbouncer"
            )
        }
        // A server that was given the password can send it back.
        guard password.isEmpty || !fault.message.contains(password.prefix(8)) else {
            return ProbeFailure(Self.reason(fault), "\(prefix)the server's words hold the password, so that they are not shown")
        }
        return ProbeFailure(Self.reason(fault), prefix + Self.shown(fault.message))
    }

    private static func reason(_ fault: Fault) -> ProbeFailureReason {
        if !fault.state.isEmpty {
            switch (fault.state.prefix(2), fault.state) {
            case ("28", _), (_, "42501"): return .authentication
            case (_, "57014"): return .timeout
            case (_, "53200") where fault.message == "out of memory": return .limit
            case (_, "08P01"): return .content
            case ("08", _): return reason(ofText: fault.message)
            default: return .status
            }
        }
        return reason(ofText: fault.message)
    }

    /// The reason by libpq's own words, which are English in a child.
    private static func reason(ofText text: String) -> ProbeFailureReason {
        let words: [(ProbeFailureReason, [String])] = [
            (.resolve, ["could not translate host name"]),
            (.limit, ["out of memory", "memory exhausted", "cannot allocate"]),
            (.file, ["private key file", "certificate file", "root certificate"]),
            (
                .content,
                [
                    "expected authentication request", "lost synchronization", "invalid response", "malformed",
                    "invalid message",
                    "unexpected message", "message contents", "insufficient data", "unrecognized", "received invalid",
                ]
            ),
            (.tls, ["SSL", "certificate", "TLS"]),
            (.authentication, ["authentication", "SCRAM", "password", "pg_hba"]),
            (.timeout, ["timeout expired"]),
        ]
        return words.first { $0.1.contains(where: text.contains) }?.0 ?? .connection
    }

    /// A message on one line, without the place in the server's source.
    private static func shown(_ message: String) -> String {
        message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
            .map { $0.drop { $0 == "\t" || $0 == " " } }.joined(separator: " ").excerpt(300).showingUnseen()
    }
}
