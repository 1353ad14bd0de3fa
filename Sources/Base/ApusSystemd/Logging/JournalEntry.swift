import ApusText

/// One entry of the journal, in the bytes of journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
///
/// A field is a line `NAME=value`; one whose value has a newline is `NAME`, a newline, the value's length as 64 bits in
/// little-endian order, the value and a newline. A name may occur more than once: the field then has several values.
package struct JournalEntry: Sendable, Equatable {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// - Parameter name: a legal name, see ``JournalFieldName``.
    package mutating func append(_ name: String, _ value: String) { append(name, bytes: value.utf8) }

    /// Adds a field with a text that may come from outside: what is not seen in it, but for line ends and tabs, is `?`.
    package mutating func append(_ name: String, shown value: String) {
        append(name, bytes: value.showingUnseen(keepingLines: true).utf8)
    }

    /// Adds a field whose value is any bytes, of any number.
    package mutating func append(_ name: String, bytes value: some Collection<UInt8>) {
        bytes.append(contentsOf: name.utf8)
        let separator = bytes.count
        bytes.append(UInt8(ascii: "="))
        bytes.append(contentsOf: value)
        if bytes[(separator + 1)...].contains(Self.newline) {
            let length = UInt64(bytes.count - separator - 1)
            bytes[separator] = Self.newline
            bytes.insert(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }, at: separator + 1)
        }
        bytes.append(Self.newline)
    }

    /// Adds the fields of another entry.
    package mutating func append(_ other: JournalEntry) { bytes.append(contentsOf: other.bytes) }

    static let newline = UInt8(ascii: "\n")
}
