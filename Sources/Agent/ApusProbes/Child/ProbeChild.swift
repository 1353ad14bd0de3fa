import AgentMetrics
import ApusLimits
import ApusLinux
import ApusText
import CDatabases
import CLinux
import Glibc

/// The child: the agent's own program, run again to ask for one probe what may block, grow or end by a signal.
///
/// It knows nothing but what is asked of it, one question at a time on its standard input, and keeps one connection between them.
package enum ProbeChild {
    /// The first argument by which the agent's program knows that it is one.
    package static let word = "probe-child"

    /// Whether these are the arguments of a child.
    package static func isAsked(for arguments: [String]) -> Bool { arguments.count == 3 && arguments[1] == word }

    /// Answers until the parent is gone.
    package static func run(_ arguments: [String]) -> Never {
        guard let parent = Int32(arguments[2]),
            let code = ParentSocket.confine(to: parent, memory: ChildLimits.memory.value.bytes, name: "apus-probe")
        else { exit(1) }
        var session = PostgreSQLSession()
        while let bytes = ParentSocket.receive(most: ChildLimits.question.value.bytes) {
            guard let (question, budget, credentials) = ChildQuestion.read(bytes) else { exit(1) }
            let time = AttemptTime(deadline: Int64(apus_monotonic_nanoseconds()) + budget, budget: budget)
            // One without its bounds asks nobody: whoever it asks could take memory of the whole machine.
            var answer =
                (code == 0
                ? answer(question, time, credentials, &session)
                : .failure(
                    ProbeFailure(
                        .agent,
                        "the process that asks cannot be bounded (\(String(cString: strerror(code)))): see what confines the agent's unit"
                    ))).message
            if answer.count > ChildLimits.answer.value.bytes {
                answer =
                    ChildAnswer.failure(
                        ProbeFailure(
                            .limit,
                            "the answer is larger than \(ChildLimits.answer.value.limitText): \(ChildLimits.answer.remedy)")
                    ).message
            }
            guard ParentSocket.send(answer) else { break }
            // What an answer took is not kept until the next one.
            apus_trim_heap(0)
        }
        exit(0)
    }

    private static func answer(
        _ question: ChildQuestion, _ time: AttemptTime, _ credentials: String?, _ session: inout PostgreSQLSession
    ) -> ChildAnswer {
        do throws(ProbeFailure) {
            switch question {
            case .postgresql(let connection, let statements):
                return .outcomes(try session.ask(connection, statements, time, credentials: credentials))
            case .sqlite(let path, let statements):
                return .outcomes(try SQLiteFile(path).ask(statements, time))
            case .files(let path):
                return .outcomes([.success(try files(path))])
            }
        } catch { return .failure(error) }
    }

    /// The files of a pattern as one row.
    private static func files(_ path: String) throws(ProbeFailure) -> ChildTable {
        let matches: FileMatches
        do throws(FileMatchesFault) {
            matches = try FileMatches(path, most: ChildLimits.entries.value)
        } catch {
            throw ProbeFailure(reason(error), text(error))
        }
        return ChildTable(
            columns: ["count", "modified", "size", "oldest"],
            rows: [
                [
                    "\(matches.count)", matches.newest.map { "\($0.modified)" }, matches.newest.map { "\($0.size)" },
                    matches.oldest.map { "\($0)" },
                ].map { $0.map { ByteText($0) } }
            ])
    }

    private static func reason(_ fault: FileMatchesFault) -> ProbeFailureReason {
        switch fault {
        case .folder, .file: .file
        case .entries: .limit
        }
    }

    private static func text(_ fault: FileMatchesFault) -> String {
        switch fault {
        case .folder(let path, ENOENT), .folder(let path, ENOTDIR):
            "there is no folder \(path.quotedExcerpt(200)): make it, or name another one"
        case .folder(let path, let code):
            "the folder \(path.quotedExcerpt(200)) cannot be read (\(String(cString: strerror(code)))): let the agent's user read it"
        case .file(let path, let code):
            "\(path.quotedExcerpt(200)) cannot be looked at (\(String(cString: strerror(code)))): let the agent's user look into its folder"
        case .entries(let path):
            "the folder \(path.quotedExcerpt(200)) has more than \(ChildLimits.entries.value) entries: \(ChildLimits.entries.remedy)"
        }
    }

    /// The rows of the last answer.
    static func rows() -> ChildTable {
        let width = apus_rows_columns()
        let columns = (0..<width).map { ByteText(String(cString: apus_rows_name($0))) }
        let rows = (0..<apus_rows_count()).map { row in
            (0..<width).map { column in value(row, column) }
        }
        return ChildTable(columns: columns, rows: rows)
    }

    /// A value with the null bytes that SQLite lets a text have; nil for NULL.
    private static func value(_ row: CInt, _ column: CInt) -> ByteText? {
        let length = apus_rows_length(row, column)
        guard length >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        apus_rows_copy(row, column, &bytes, length)
        return ByteText(String(decoding: bytes, as: UTF8.self))
    }
}
