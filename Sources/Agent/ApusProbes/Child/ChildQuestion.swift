package import ApusText

/// What a child is asked at an attempt.
package enum ChildQuestion: Sendable, Hashable {
    /// Statements on one connection of PostgreSQL's protocol, which the child keeps.
    case postgresql(PostgreSQLConnection, [ChildStatement])
    /// Statements on a file of SQLite, opened for each.
    case sqlite(path: String, [ChildStatement])
    /// The files that a path or a pattern names.
    case files(String)
}

/// One statement of a question, and the most rows that it may have.
package struct ChildStatement: Sendable, Hashable {
    /// What an error calls it; empty for one of the agent's own.
    package var name: String
    package var sql: String
    package var rows: Int

    package init(_ sql: String, rows: Int, name: String = "") {
        self.sql = sql
        self.rows = rows
        self.name = name
    }
}

/// How a child connects by PostgreSQL's protocol.
package struct PostgreSQLConnection: Sendable, Hashable {
    /// What libpq calls them (https://www.postgresql.org/docs/current/libpq-connect.html), but for the password.
    package var parameters: [Parameter]
    package var password: ProbeSecret?
    /// Whether statements are the configuration's own: run in a transaction that only reads, one at a time, by no superuser.
    package var isGuarded: Bool
    /// The nanoseconds after which the connection is made anew, so that a server which takes no new one, another one under the name and a new
    /// password are seen.
    package var age: Int64

    package struct Parameter: Sendable, Hashable {
        package let name: String
        package let value: String
    }
}

/// The rows of one statement, all as texts, which are what somebody else makes them.
package struct ChildTable: Sendable, Equatable {
    package let columns: [ByteText]
    package let rows: [[ByteText?]]

    package init(columns: [ByteText], rows: [[ByteText?]]) {
        self.columns = columns
        self.rows = rows
    }

    package init(columns: [String], rows: [[String?]]) {
        self.init(columns: columns.map { ByteText($0) }, rows: rows.map { $0.map { $0.map { ByteText($0) } } })
    }
}

/// A question as the bytes of a message, and back.
extension ChildQuestion {
    /// - Parameters:
    ///   - budget: what the child may take, in nanoseconds.
    ///   - credentials: the folder of the unit's credentials.
    func message(budget: Int64, credentials: String?) -> [UInt8] {
        var message = ChildMessage()
        message.append(Int(budget))
        message.append(value: credentials)
        switch self {
        case .postgresql(let connection, let statements):
            message.append("postgresql")
            message.append(connection.isGuarded ? 1 : 0)
            message.append(Int(connection.age))
            switch connection.password {
            case nil: message.append("")
            case .file(let path): message.append("f" + path)
            case .credential(let name): message.append("c" + name)
            }
            message.append(connection.parameters.count)
            for parameter in connection.parameters {
                message.append(parameter.name)
                message.append(parameter.value)
            }
            Self.append(statements, to: &message)
        case .sqlite(let path, let statements):
            message.append("sqlite")
            message.append(path)
            Self.append(statements, to: &message)
        case .files(let path):
            message.append("files")
            message.append(path)
        }
        return message.bytes
    }

    private static func append(_ statements: [ChildStatement], to message: inout ChildMessage) {
        message.append(statements.count)
        for statement in statements {
            message.append(statement.name)
            message.append(statement.sql)
            message.append(statement.rows)
        }
    }

    /// Reads what the agent has written; nil for anything else.
    static func read(_ bytes: [UInt8]) -> (question: ChildQuestion, budget: Int64, credentials: String?)? {
        var message = ChildMessage(bytes)
        guard let budget = message.number(), let credentials = message.value(), let kind = message.text() else { return nil }
        let question: ChildQuestion
        switch kind {
        case "postgresql":
            guard let guarded = message.number(), let age = message.number(), let secret = message.text(),
                let count = message.number(most: 64)
            else {
                return nil
            }
            let password: ProbeSecret? =
                switch secret.utf8.first {
                case UInt8(ascii: "f"): .file(String(secret.dropFirst()))
                case UInt8(ascii: "c"): .credential(String(secret.dropFirst()))
                default: nil
                }
            var parameters: [PostgreSQLConnection.Parameter] = []
            for _ in 0..<count {
                guard let name = message.text(), let value = message.text() else { return nil }
                parameters.append(.init(name: name, value: value))
            }
            guard let statements = statements(in: &message) else { return nil }
            question = .postgresql(
                PostgreSQLConnection(
                    parameters: parameters, password: password, isGuarded: guarded == 1, age: Int64(age)), statements)
        case "sqlite":
            guard let path = message.text(), let statements = statements(in: &message) else { return nil }
            question = .sqlite(path: path, statements)
        case "files":
            guard let path = message.text() else { return nil }
            question = .files(path)
        default: return nil
        }
        return message.isAtEnd ? (question, Int64(budget), credentials) : nil
    }

    private static func statements(in message: inout ChildMessage) -> [ChildStatement]? {
        guard let count = message.number(most: 1000) else { return nil }
        var statements: [ChildStatement] = []
        for _ in 0..<count {
            guard let name = message.text(), let sql = message.text(), let rows = message.number() else { return nil }
            statements.append(ChildStatement(sql, rows: rows, name: name))
        }
        return statements
    }
}
