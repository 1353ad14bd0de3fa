/// The name of a journal field.
package struct JournalField: Sendable {
    private let name: StaticString

    /// - Parameter name: as in systemd.journal-fields(7): capitals, digits and underscores.
    package init(_ name: StaticString) { self.name = name }

    /// Length of `NAME=`.
    var prefixLength: Int { name.utf8CodeUnitCount + 1 }

    func withName<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        // Valid for ever and null-terminated: a literal of more than one character in the program's own text.
        UnsafeRawPointer(name.utf8Start).withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1, body)
    }

    /// 0 (emergency) to 7 (debug).
    package static let priority = JournalField("PRIORITY")
    /// The unit of the process that wrote the entry; journald's own word, which a client cannot forge.
    package static let systemdUnit = JournalField("_SYSTEMD_UNIT")
    package static let message = JournalField("MESSAGE")
    /// 32 hexadecimal digits of a catalogued kind of message.
    package static let messageID = JournalField("MESSAGE_ID")
    /// The user of the process that wrote the entry; journald's own word.
    package static let userID = JournalField("_UID")
}
