import AgentMetrics
import ApusText

/// The rows of one statement, or why there are none.
package typealias ChildOutcome = Result<ChildTable, ProbeFailure>

/// What a child says of a question: what has become of each statement, or why none was asked.
enum ChildAnswer {
    case outcomes([ChildOutcome])
    case failure(ProbeFailure)

    var message: [UInt8] {
        var message = ChildMessage()
        switch self {
        case .outcomes(let outcomes):
            message.append("outcomes")
            message.append(outcomes.count)
            for outcome in outcomes {
                switch outcome {
                case .success(let table):
                    message.append("table")
                    message.append(table.columns.count)
                    message.append(table.rows.count)
                    for column in table.columns { message.append(column.text) }
                    for row in table.rows { for value in row { message.append(value: value?.text) } }
                case .failure(let failure): Self.append(failure, to: &message)
                }
            }
        case .failure(let failure): Self.append(failure, to: &message)
        }
        return message.bytes
    }

    private static func append(_ failure: ProbeFailure, to message: inout ChildMessage) {
        message.append("failure")
        message.append(failure.reason.rawValue)
        message.append(failure.text)
        message.append(value: failure.words)
    }

    /// Reads an answer, which is bounded by its length; nil for what is none.
    init?(_ bytes: [UInt8]) {
        var message = ChildMessage(bytes)
        switch message.text() {
        case "outcomes":
            guard let count = message.number(most: bytes.count) else { return nil }
            var outcomes: [ChildOutcome] = []
            for _ in 0..<count {
                switch message.text() {
                case "table":
                    guard let table = Self.table(in: &message, most: bytes.count) else { return nil }
                    outcomes.append(.success(table))
                case "failure":
                    guard let failure = Self.failure(in: &message) else { return nil }
                    outcomes.append(.failure(failure))
                default: return nil
                }
            }
            self = .outcomes(outcomes)
        case "failure":
            guard let failure = Self.failure(in: &message) else { return nil }
            self = .failure(failure)
        default: return nil
        }
        guard message.isAtEnd else { return nil }
    }

    private static func failure(in message: inout ChildMessage) -> ProbeFailure? {
        guard let reason = message.text().flatMap(ProbeFailureReason.init), let text = message.text(),
            let words = message.value()
        else { return nil }
        return ProbeFailure(reason, text, words: words)
    }

    private static func table(in message: inout ChildMessage, most: Int) -> ChildTable? {
        guard let width = message.number(most: most), let height = message.number(most: most) else { return nil }
        // Rows without columns would be as many as somebody says.
        guard width > 0 || height == 0 else { return nil }
        var columns: [ByteText] = []
        for _ in 0..<width {
            guard let name = message.text() else { return nil }
            columns.append(ByteText(name))
        }
        var rows: [[ByteText?]] = []
        for _ in 0..<height {
            var row: [ByteText?] = []
            for _ in 0..<width {
                guard let value = message.value() else { return nil }
                row.append(value.map { ByteText($0) })
            }
            rows.append(row)
        }
        return ChildTable(columns: columns, rows: rows)
    }
}
