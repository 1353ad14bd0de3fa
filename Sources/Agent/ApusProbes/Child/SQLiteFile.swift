import AgentMetrics
import ApusLimits
import ApusText
import CDatabases

/// A file of SQLite that the child reads.
struct SQLiteFile {
    private let path: String

    init(_ path: String) { self.path = path }

    func ask(_ statements: [ChildStatement], until deadline: Int64) throws(ProbeFailure) -> [ChildTable] {
        var tables: [ChildTable] = []
        for statement in statements {
            let outcome = apus_sqlite_query(
                path, statement.sql, CInt(clamping: statement.rows), CInt(ChildLimits.answer.value.bytes), deadline)
            guard outcome == APUS_DATABASE_DONE.rawValue else {
                throw failure(UInt32(bitPattern: outcome), of: statement)
            }
            tables.append(ProbeChild.rows())
        }
        return tables
    }

    private func failure(_ outcome: UInt32, of statement: ChildStatement) -> ProbeFailure {
        let shown = path.quotedExcerpt(200)
        let message = String(cString: apus_database_error()).excerpt(200).showingUnseen()
        switch outcome {
        case APUS_DATABASE_LATE.rawValue:
            return ProbeFailure(
                .timeout, "\(statement.name): \(shown) has not answered in the probe's time: write a query that reads less")
        case APUS_DATABASE_LARGE.rawValue:
            return ProbeFailure(
                .limit,
                "\(statement.name): the answer has more than \(statement.rows) rows or \(ChildLimits.answer.value.limitText): \(ChildLimits.rows.remedy)"
            )
        case APUS_DATABASE_MISSING.rawValue: return ProbeFailure(.file, message)
        case APUS_DATABASE_NO_FILE.rawValue: return ProbeFailure(.file, "\(shown) cannot be read: \(message)")
        default: break
        }
        switch Int(String(cString: apus_database_state())) {
        case 3, 10, 14: return ProbeFailure(.file, "\(shown) cannot be read: \(message)")
        case 5, 6:
            return ProbeFailure(.status, "\(shown) is held by a writer (\(message)): the next attempt asks again")
        case 7, 18: return ProbeFailure(.limit, "\(statement.name): \(message): write a query that takes less memory")
        case 8: return ProbeFailure(.status, "\(shown) has to be mended by the service that writes it: \(message)")
        case 11, 26: return ProbeFailure(.content, "\(shown) is no database of SQLite, or a damaged one: \(message)")
        case 23:
            return ProbeFailure(.status, "\(statement.name): the query does more than read (\(message)): write a SELECT")
        default: return ProbeFailure(.status, "\(statement.name): \(message)")
        }
    }
}
