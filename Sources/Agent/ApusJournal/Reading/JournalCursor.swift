/// A place in a journal: the identity of one entry, as `sd_journal_get_cursor(3)` writes it.
package struct JournalCursor: Sendable, Equatable {
    package let text: String
    /// The series of sequence numbers (`s`) that ``sequence`` counts in; files of one journald share it.
    let sequenceID: Substring
    /// The entry's number in its series (`i`): one more than that of the entry before; at most
    /// ``JournalFileHeader/mostEntries``.
    let sequence: UInt64
    /// The boot, monotonic time, wall clock time and a hash of the fields, in this order: the same wherever the entry is copied to.
    private let content: [Substring]

    /// - Throws: ``JournalError/cursor(_:)``.
    package init(_ text: String) throws(JournalError) {
        var parts: [UInt8: Substring] = [:]
        for item in text.split(separator: ";") {
            guard let key = item.utf8.first, item.utf8.dropFirst().first == UInt8(ascii: "=") else { throw .cursor(text) }
            parts[key] = item.dropFirst(2)
        }
        var content: [Substring] = []
        for key in "bmtx".utf8 {
            guard let part = parts[key] else { throw .cursor(text) }
            content.append(part)
        }
        guard let sequenceID = parts[UInt8(ascii: "s")], let number = parts[UInt8(ascii: "i")],
            let sequence = UInt64(number, radix: 16)
        else { throw .cursor(text) }
        self.text = text
        self.sequenceID = sequenceID
        // An entry has its number from a file, as the file's header has.
        self.sequence = min(sequence, JournalFileHeader.mostEntries)
        self.content = content
    }

    /// The time at which the entry was received, in microseconds since 1970.
    package var realtime: UInt64? { UInt64(content[2], radix: 16) }

    /// The boot that the entry was written in.
    var boot: JournalID? { JournalID(hex: content[0]) }

    /// Whether both name one entry, be it that one of them saw it in a file which journald has copied since (`journalctl --flush`
    /// gives the copies other numbers, on which `sd_journal_test_cursor(3)` finds them different).
    package func isSameEntry(as other: JournalCursor) -> Bool {
        content == other.content && (sequenceID != other.sequenceID || sequence == other.sequence)
    }

    package static func == (one: JournalCursor, other: JournalCursor) -> Bool { one.text == other.text }
}
