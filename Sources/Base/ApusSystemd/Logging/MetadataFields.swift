import EventCatalog
import Logging

/// Puts metadata into an entry: legal names, none used for two things.
struct MetadataFields {
    private(set) var entry: JournalEntry
    private var taken: [String]

    /// - Parameter hasError: whether the entry has the fields of an error; metadata may have their names otherwise.
    init(entry: JournalEntry, hasError: Bool) {
        self.entry = entry
        taken = hasError ? Self.ownNames + ["ERROR", "ERROR_TYPE"] : Self.ownNames
    }

    /// The names of the handler's own fields, which metadata must not add values to.
    private static let ownNames = [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "LOGGER", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "MESSAGE_ID",
    ]

    mutating func append(_ metadata: Logger.Metadata) { append(metadata, prefix: "", depth: 0) }

    private mutating func append(_ metadata: Logger.Metadata, prefix: String, depth: Int) {
        guard metadata.count > 1 else {
            for (key, value) in metadata { append(value, key: prefix + key, depth: depth) }
            return
        }
        // A dictionary's order changes from run to run; which of two colliding keys keeps the name must not.
        for key in metadata.keys.sorted() {
            if let value = metadata[key] { append(value, key: prefix + key, depth: depth) }
        }
    }

    private mutating func append(_ value: Logger.Metadata.Value, key: String, depth: Int) {
        switch value {
        case .string(let id) where key == CataloguedEvent.metadataKey && CataloguedEvent.isID(id) && depth == 0:
            entry.append(key, id)
        // Deeper than anybody nests on purpose: as text.
        case .dictionary(let metadata) where depth < 4:
            append(metadata, prefix: key + "_", depth: depth + 1)
        case .array(let values):
            let name = take(key)
            for value in values { append(value, name: name) }
        default: append(value, name: take(key))
        }
    }

    private mutating func append(_ value: Logger.Metadata.Value, name: String) {
        switch value {
        case .string(let text): entry.append(name, shown: text)
        case .stringConvertible(let value):
            if let binary = value as? BinaryValue {
                entry.append(name, bytes: binary.bytes)
            } else {
                entry.append(name, shown: value.description)
            }
        case .array, .dictionary: entry.append(name, shown: value.description)
        }
    }

    private mutating func take(_ key: String) -> String {
        let name = JournalFieldName.unique(JournalFieldName.legal(key), taken: taken)
        taken.append(name)
        return name
    }
}

/// A metadata value that is bytes, `.stringConvertible(BinaryValue(bytes))`: the journal gets them as they are, every other log
/// handler a hexadecimal text.
package struct BinaryValue: Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
