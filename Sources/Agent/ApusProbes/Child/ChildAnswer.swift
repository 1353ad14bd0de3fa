import AgentMetrics

/// What a child says of a question: its rows, a table for each statement, or why there are none.
enum ChildAnswer {
    case tables([ChildTable])
    case failure(ProbeFailure)

    var message: [UInt8] {
        var message = ChildMessage()
        switch self {
        case .tables(let tables):
            message.append("tables")
            message.append(tables.count)
            for table in tables {
                message.append(table.columns.count)
                message.append(table.rows.count)
                for column in table.columns { message.append(column) }
                for row in table.rows { for value in row { message.append(value: value) } }
            }
        case .failure(let failure):
            message.append("failure")
            message.append(failure.reason.rawValue)
            message.append(failure.text)
        }
        return message.bytes
    }

    /// Reads an answer, which is bounded by its length; nil for what is none.
    init?(_ bytes: [UInt8]) {
        var message = ChildMessage(bytes)
        switch message.text() {
        case "tables":
            guard let count = message.number(most: bytes.count) else { return nil }
            var tables: [ChildTable] = []
            for _ in 0..<count {
                guard let table = Self.table(in: &message, most: bytes.count) else { return nil }
                tables.append(table)
            }
            self = .tables(tables)
        case "failure":
            guard let reason = message.text().flatMap(ProbeFailureReason.init), let text = message.text() else { return nil }
            self = .failure(ProbeFailure(reason, text))
        default: return nil
        }
        guard message.isAtEnd else { return nil }
    }

    private static func table(in message: inout ChildMessage, most: Int) -> ChildTable? {
        guard let width = message.number(most: most), let height = message.number(most: most) else { return nil }
        // Rows without columns would be as many as somebody says.
        guard width > 0 || height == 0 else { return nil }
        var columns: [String] = []
        for _ in 0..<width {
            guard let name = message.text() else { return nil }
            columns.append(name)
        }
        var rows: [[String?]] = []
        for _ in 0..<height {
            var row: [String?] = []
            for _ in 0..<width {
                guard let value = message.value() else { return nil }
                row.append(value)
            }
            rows.append(row)
        }
        return ChildTable(columns: columns, rows: rows)
    }
}
