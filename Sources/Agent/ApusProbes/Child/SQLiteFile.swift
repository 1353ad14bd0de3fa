import AgentMetrics
import ApusLimits
import ApusText
import CDatabases

/// A file of SQLite that the child reads.
struct SQLiteFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// How often a file is read anew that somebody has begun to write meanwhile.
    private static let turns = 3

    /// Asks all statements in one transaction; one that fails leaves the others theirs.
    func ask(_ statements: [ChildStatement], _ time: AttemptTime) throws(ProbeFailure) -> [ChildOutcome] {
        var turn = 1
        while true {
            let outcomes = try askOnce(statements, time)
            let ended = apus_sqlite_end()
            if ended == APUS_DATABASE_DONE.rawValue { return outcomes }
            guard turn < Self.turns else { throw failure(UInt32(bitPattern: ended), of: nil) }
            turn += 1
        }
    }

    private func askOnce(_ statements: [ChildStatement], _ time: AttemptTime) throws(ProbeFailure) -> [ChildOutcome] {
        let begun = apus_sqlite_begin(path, time.deadline)
        guard begun == APUS_DATABASE_DONE.rawValue else { throw failure(UInt32(bitPattern: begun), of: nil) }
        return statements.enumerated().map { place, statement in
            let outcome = apus_sqlite_query(
                statement.sql, CInt(clamping: statement.rows), CInt(ChildLimits.answer.value.bytes),
                time.deadline(before: statements.count - 1 - place))
            guard outcome == APUS_DATABASE_DONE.rawValue else {
                return .failure(failure(UInt32(bitPattern: outcome), of: statement))
            }
            return .success(ProbeChild.rows())
        }
    }

    /// - Parameter statement: nil where the file could not be opened.
    private func failure(_ outcome: UInt32, of statement: ChildStatement?) -> ProbeFailure {
        let shown = path.quotedExcerpt(200)
        let prefix = statement.map { "\($0.name): " } ?? ""
        let message = String(cString: apus_database_error()).excerpt(200)
        switch outcome {
        case APUS_DATABASE_LATE.rawValue:
            return ProbeFailure(
                .timeout, "\(prefix)\(shown) has not answered in the probe's time: write a query that reads less")
        case APUS_DATABASE_LARGE.rawValue:
            return ProbeFailure(
                .limit,
                "\(prefix)the answer has more than \(statement?.rows ?? 0) rows or \(ChildLimits.answer.value.limitText): \(ChildLimits.rows.remedy)"
            )
        // What the system says, and not the file.
        case APUS_DATABASE_MISSING.rawValue: return ProbeFailure(.file, message)
        case APUS_DATABASE_NO_FILE.rawValue: return ProbeFailure(.file, "\(shown) cannot be read: \(message)")
        default: break
        }
        let code = String(cString: apus_database_state())
        switch Int(code) {
        case 3, 10, 14: return ProbeFailure(.file, "\(prefix)\(shown) cannot be read", words: message)
        case 5, 6: return ProbeFailure(.status, "\(shown) is held by a writer: the next attempt asks again", words: message)
        case 7, 18: return ProbeFailure(.limit, "\(prefix)the query takes too much memory: write another one", words: message)
        case 8: return ProbeFailure(.status, "\(shown) has to be mended by the service that writes it", words: message)
        case 11, 26:
            return ProbeFailure(.content, "\(prefix)\(shown) is no database of SQLite, or a damaged one", words: message)
        case 23: return ProbeFailure(.status, "\(prefix)the query does more than read: write a SELECT", words: message)
        default:
            return ProbeFailure(
                .status, "\(prefix)SQLite answers with the error \(code), and the agent's log has its words", words: message)
        }
    }
}
