import AgentMetrics
import ApusLimits
import ApusText
import CDatabases
import CLinux

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

extension AttemptTime {
    /// Until when a statement may be asked: the others behind it have a tenth of a second each, or half of what is left.
    func deadline(before others: Int) -> Int64 {
        let left = max(0, deadline - Int64(apus_monotonic_nanoseconds()))
        return deadline - min(left / 2, Int64(others) * 100_000_000)
    }
}

/// A connection of PostgreSQL's protocol in the child, kept from one attempt to the next until it has its age.
struct PostgreSQLSession {
    /// What the server was given last, which its words must not give away.
    private var password = ""
    /// When the connection is made anew, in nanoseconds of CLOCK_MONOTONIC.
    private var end: Int64 = 0
    /// Until when no connection is asked for, in nanoseconds of CLOCK_MONOTONIC, and how many in a row were taken and not made.
    private var rest: Int64 = 0
    private var hangs: Int64 = 0

    /// The most bytes of one statement's rows.
    private static let mostBytes = CInt(ChildLimits.answer.value.bytes)

    /// Asks all statements; one that the server refuses leaves the others their answers.
    mutating func ask(
        _ connection: PostgreSQLConnection, _ statements: [ChildStatement], _ time: AttemptTime, credentials: String?
    ) throws(ProbeFailure) -> [ChildOutcome] {
        let isKept = apus_postgres_is_connected()
        let isOld = isKept && Int64(apus_monotonic_nanoseconds()) >= end
        if !isKept || isOld { try connect(connection, time, credentials) }
        do throws(Fault) { return try run(connection, statements, time, credentials) } catch {
            // The server was started anew, or has ended the connection: that is no reason to call it down.
            guard isKept, !isOld, error.isOfConnection else { throw failure(error) }
        }
        try connect(connection, time, credentials)
        do throws(Fault) { return try run(connection, statements, time, credentials) } catch { throw failure(error) }
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
        let now = Int64(apus_monotonic_nanoseconds())
        guard now >= rest else {
            throw ProbeFailure(
                .timeout,
                "the server took the last connection and did not end making it; it is asked for another in \((rest - now) / 1_000_000_000 + 1) s, as each may leave it a process that waits"
            )
        }
        let text = parameters.map { "\($0.name)=\(Self.quoted(time.filled(into: $0)))" }.joined(separator: " ")
        let outcome = renew(text, connection.parameters.first { $0.name == "host" }?.value ?? "", time)
        hangs = outcome == APUS_DATABASE_LATE.rawValue && apus_postgres_is_reached() ? hangs + 1 : 0
        if hangs > 0 { rest = Int64(apus_monotonic_nanoseconds()) + min(Self.longestRest, Self.firstRest << min(hangs - 1, 8)) }
        // The server takes no more, which it says itself: its figures then matter most, and the connection that is there gets them.
        let isFull = outcome != APUS_DATABASE_DONE.rawValue && apus_postgres_is_connected()
        guard outcome == APUS_DATABASE_DONE.rawValue || isFull else {
            throw failure(Fault(outcome, doing: "taking the connection"))
        }
        // Not all probes of a server at once.
        let age = isFull ? min(connection.age, Self.patience) : Int64(Double(connection.age) * Double.random(in: 0.8...1))
        end = Int64(apus_monotonic_nanoseconds()) + age
        guard connection.isGuarded, String(cString: apus_postgres_setting("is_superuser")) == "on" else { return }
        apus_postgres_close()
        throw ProbeFailure(
            .authentication,
            "the user is a superuser, whom no transaction keeps from writing files and running programs: name a user who may only read"
        )
    }

    /// A pause in nanoseconds after a server has not ended making a connection, twice as long each time up to the longest.
    private static let firstRest: Int64 = 2_000_000_000
    private static let longestRest: Int64 = 60_000_000_000

    /// Connects to each address of a name until one answers: libpq waits for the first one for ever.
    private func renew(_ text: String, _ host: String, _ time: AttemptTime) -> CInt {
        let addresses = Self.addresses(of: host)
        guard addresses.count > 1 else { return apus_postgres_renew(text, time.deadline, time.deadline) }
        var outcome = CInt(APUS_DATABASE_LATE.rawValue)
        for (place, address) in addresses.enumerated() {
            let now = Int64(apus_monotonic_nanoseconds())
            let reach = now + max(0, time.deadline - now) / Int64(addresses.count - place)
            outcome = apus_postgres_renew("\(text) hostaddr=\(address)", reach, time.deadline)
            // Who has answered is the server, whatever the answer.
            if outcome == APUS_DATABASE_DONE.rawValue || apus_postgres_is_reached() { break }
        }
        return outcome
    }

    /// The addresses of a name, in the order in which they are tried; none of a path, and of a name that leads nowhere.
    private static func addresses(of host: String) -> [String] {
        guard !host.isEmpty, !host.hasPrefix("/") else { return [] }
        var text = [CChar](repeating: 0, count: 512)
        guard apus_look_up(host, &text, CInt(text.count)) == 0 else { return [] }
        let lines = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: "\n")
        return lines.prefix(ProbeLimits.addresses.value).map(String.init)
    }

    /// The nanoseconds after which a server that took no more connections is asked for one again.
    private static let patience: Int64 = 60_000_000_000

    private mutating func run(
        _ connection: PostgreSQLConnection, _ statements: [ChildStatement], _ time: AttemptTime, _ credentials: String?
    ) throws(Fault) -> [ChildOutcome] {
        var outcomes: [ChildOutcome] = []
        var isBegun = false
        for (place, statement) in statements.enumerated() {
            if !apus_postgres_is_connected() {
                // The statement before has cost the connection: this one gets another, and a snapshot of its own.
                isBegun = false
                do throws(ProbeFailure) { try connect(connection, time, credentials) } catch {
                    let rest = statements[place...].map { ChildOutcome.failure(error.named($0.name)) }
                    return outcomes + rest
                }
            }
            let end = time.deadline(before: statements.count - 1 - place)
            do throws(Fault) {
                outcomes.append(.success(try runAsIs(connection, statement, &isBegun, until: end)))
            } catch {
                // A server that is gone answers nothing more; one that has refused a statement answers all others.
                guard !error.isOfConnection else { throw error }
                outcomes.append(.failure(failure(error)))
            }
        }
        if isBegun, apus_postgres_is_connected() {
            do throws(Fault) { try run("ROLLBACK", until: time.deadline) } catch { apus_postgres_close() }
        }
        return outcomes
    }

    /// Runs a statement, and once more where a name is no text of the database's encoding: its bytes are taken as they are then.
    private func runAsIs(
        _ connection: PostgreSQLConnection, _ statement: ChildStatement, _ isBegun: inout Bool, until deadline: Int64
    ) throws(Fault) -> ChildTable {
        do throws(Fault) {
            return try runOnce(connection, statement, &isBegun, until: deadline)
        } catch {
            guard error.state == Self.noCharacter, apus_postgres_is_connected() else { throw error }
        }
        try run("SET client_encoding TO SQL_ASCII", until: deadline)
        return try runOnce(connection, statement, &isBegun, until: deadline)
    }

    /// The code of bytes that are no character of an encoding (character_not_in_repertoire).
    private static let noCharacter = "22021"

    private func runOnce(
        _ connection: PostgreSQLConnection, _ statement: ChildStatement, _ isBegun: inout Bool, until deadline: Int64
    ) throws(Fault) -> ChildTable {
        connection.isGuarded ? try runGuarded(statement, &isBegun, until: deadline) : try runPlain(statement, until: deadline)
    }

    private func runPlain(_ statement: ChildStatement, until deadline: Int64) throws(Fault) -> ChildTable {
        try run(statement.sql, statement, single: false, until: deadline)
        return hidingPassword(ProbeChild.rows())
    }

    /// Runs a statement of the configuration's own in the attempt's one transaction, whose snapshot all share, and undoes what it has set.
    private func runGuarded(
        _ statement: ChildStatement, _ isBegun: inout Bool, until deadline: Int64
    ) throws(Fault) -> ChildTable {
        if !isBegun { try run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", until: deadline) }
        isBegun = true
        let left = max(1, (deadline - Int64(apus_monotonic_nanoseconds())) / 1_000_000)
        // Within a savepoint nobody makes a transaction one that writes.
        try run("SAVEPOINT gauge; SET LOCAL statement_timeout = \(left)", until: deadline)
        do throws(Fault) {
            try run(statement.sql, statement, single: true, until: deadline + Self.grace)
        } catch {
            guard apus_postgres_is_connected() else { throw error }
            do throws(Fault) { try run("ROLLBACK TO SAVEPOINT gauge", until: deadline + Self.grace) } catch {
                apus_postgres_close()
            }
            throw error
        }
        let table = hidingPassword(ProbeChild.rows())
        let isInside = apus_postgres_is_in_transaction()
        do throws(Fault) {
            guard isInside else { throw Fault("the query ends its transaction: write a SELECT", statement.name) }
            try run("ROLLBACK TO SAVEPOINT gauge", until: deadline + Self.grace)
        } catch {
            apus_postgres_close()
            throw error.isOfConnection ? error : Fault("the query ends its transaction: write a SELECT", statement.name)
        }
        return table
    }

    /// The nanoseconds that the server has to end a statement by itself, whose time is up.
    private static let grace: Int64 = 50_000_000

    private func run(_ sql: String, _ statement: ChildStatement? = nil, single: Bool = false, until deadline: Int64)
        throws(Fault)
    {
        let rows = statement?.rows ?? 0
        let outcome = apus_postgres_query(sql, single, CInt(clamping: rows), Self.mostBytes, deadline)
        guard outcome == APUS_DATABASE_DONE.rawValue else {
            throw Fault(outcome, doing: "answering", statement?.name ?? "", rows: rows)
        }
    }

    /// Rows in which no value holds the password, such as the name of a database that a hostile server makes of it: it would be a label.
    private func hidingPassword(_ table: ChildTable) -> ChildTable {
        // A short one stands in many a word by chance.
        guard password.utf8.count >= Self.piece else { return table }
        func hidden(_ text: ByteText) -> ByteText { holdsPassword(text.text) ? "hidden" : text }
        return ChildTable(columns: table.columns.map(hidden), rows: table.rows.map { $0.map { $0.map(hidden) } })
    }

    /// Bytes of the password by which it is known, as a part of it tells as much.
    private static let piece = 8

    /// Whether a text has a piece of the password, or a short one whole.
    private func holdsPassword(_ text: String) -> Bool {
        let (secret, text) = (Array(password.utf8), Array(text.utf8))
        let size = min(Self.piece, secret.count)
        guard size > 0, text.count >= size else { return false }
        let pieces = Set((0...secret.count - size).map { Array(secret[$0..<$0 + size]) })
        return (0...text.count - size).contains { pieces.contains(Array(text[$0..<$0 + size])) }
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
        let (reason, text) = PostgreSQLFault.told(state: fault.state, message: fault.message)
        // A server that was given the password can send it back.
        let isSafe = !holdsPassword(fault.message)
        let words = isSafe ? Self.shown(fault.message) : "the server's words hold the password, so that they are not shown"
        return ProbeFailure(reason, prefix + text, words: words)
    }

    /// A message on one line, without the place in the server's source.
    private static func shown(_ message: String) -> String {
        message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
            .map { $0.drop { $0 == "\t" || $0 == " " } }.joined(separator: " ").excerpt(300)
    }
}

extension ProbeFailure {
    fileprivate func named(_ name: String) -> ProbeFailure {
        ProbeFailure(reason, name.isEmpty ? text : "\(name): \(text)", words: words)
    }
}
