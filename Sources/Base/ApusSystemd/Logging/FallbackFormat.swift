import ApusText
import FoundationEssentials

/// How an entry is written to standard error while no journal takes it.
package enum FallbackFormat: Sendable {
    /// One line for people, `<6>identifier: message NAME=value …`: the priority prefix of sd-daemon(3), which the service
    /// manager and many collectors understand.
    case text
    /// One object a line with the fields of `journalctl -o json`: values as strings, those that are not UTF-8 as arrays of bytes,
    /// several values of a field as an array.
    case json

    /// One line with its newline.
    ///
    /// - Parameter realtime: microseconds since 1970, for `__REALTIME_TIMESTAMP` in JSON.
    package func line(_ entry: JournalEntry, realtime: UInt64) -> [UInt8] {
        switch self {
        case .text: Self.text(entry)
        case .json: Self.json(entry, realtime: realtime)
        }
    }

    private static func text(_ entry: JournalEntry) -> [UInt8] {
        var priority = "6"
        var identifier = ""
        var message = ""
        var rest = ""
        for field in entry.fields {
            switch field.nameText {
            case "PRIORITY": priority = field.valueText
            case "SYSLOG_IDENTIFIER": identifier = field.valueText + ": "
            case "MESSAGE": message = field.valueText
            case let name: rest += " \(name)=\(field.valueText)"
            }
        }
        var line = Array("<\(priority)>".utf8)
        for byte in (identifier + message + rest).utf8 {
            // A line break in a value must not begin a line of its own, which would be taken for another message.
            switch byte {
            case JournalEntry.newline: line.append(contentsOf: "\\n".utf8)
            case 0..<32, 127: line.append(contentsOf: "\\x\(BinaryValue([byte]))".utf8)
            default: line.append(byte)
            }
        }
        line.append(JournalEntry.newline)
        return line
    }

    private static func json(_ entry: JournalEntry, realtime: UInt64) -> [UInt8] {
        var object: [String: [Value]] = ["__REALTIME_TIMESTAMP": [.text(String(realtime))]]
        for field in entry.fields {
            let value = String(validating: field.value, as: UTF8.self).map(Value.text) ?? .bytes(Array(field.value))
            object[field.nameText, default: []].append(value)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and small numbers always encode; were one refused, its text would still be better than nothing.
        guard let line = try? encoder.encode(object.mapValues(Value.one)) else {
            return text(entry)
        }
        return JSONText.escapingUnseen(Array(line)) + [JournalEntry.newline]
    }

    private indirect enum Value: Encodable {
        case text(String)
        case bytes([UInt8])
        case several([Value])

        /// A field's values as one: an array only when there are several.
        static func one(_ values: [Value]) -> Value { values.count == 1 ? values[0] : .several(values) }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .bytes(let bytes): try container.encode(bytes)
            case .several(let values): try container.encode(values)
            }
        }
    }
}
