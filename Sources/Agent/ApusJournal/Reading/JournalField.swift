/// The name of a journal field.
package struct JournalField: Sendable {
    /// The characters of `NAME` and a null, for ever in memory or kept here.
    private enum Name {
        case literal(StaticString)
        case text([CChar])
    }

    private let name: Name

    /// - Parameter name: as in systemd.journal-fields(7): capitals, digits and underscores.
    package init(_ name: StaticString) { self.name = .literal(name) }

    /// - Parameter name: legal (``isLegal(_:)``).
    init(named name: String) { self.name = .text(name.utf8CString.map { $0 }) }

    /// Whether the journal can have a field of that name.
    static func isLegal(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64 && !name.utf8.allSatisfy { $0 == UInt8(ascii: "_") }
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
            } && !(48...57).contains(name.utf8.first ?? 48)
    }

    /// The length of `NAME=`.
    var prefixLength: Int {
        switch name {
        case .literal(let name): name.utf8CodeUnitCount + 1
        case .text(let name): name.count
        }
    }

    func withName<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        switch name {
        case .literal(let name):
            // Valid for ever and null-terminated: a literal of more than one character in the program's own text.
            UnsafeRawPointer(name.utf8Start).withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1, body)
        case .text(let name):
            // An array of characters passes as a pointer that is valid for the call.
            Self.call(body, name)
        }
    }

    private static func call<Result>(_ body: (UnsafePointer<CChar>) -> Result, _ name: UnsafePointer<CChar>) -> Result {
        body(name)
    }

    /// How grave the entry is: 0 (emergency) to 7 (debug).
    package static let priority = JournalField("PRIORITY")
    /// The unit of the process that wrote the entry; journald's own word, which a client cannot forge.
    package static let systemdUnit = JournalField("_SYSTEMD_UNIT")
    package static let message = JournalField("MESSAGE")
    /// The kind of message in a message catalog: 32 hexadecimal digits.
    package static let messageID = JournalField("MESSAGE_ID")
    /// The user of the process that wrote the entry; journald's own word.
    package static let userID = JournalField("_UID")
    /// The container that the entry is of, in the words of the journald drivers of Docker and Podman.
    static let containerName = JournalField("CONTAINER_NAME")
    /// The unit of a user's manager whose process wrote the entry; journald's own word.
    static let userUnit = JournalField("_SYSTEMD_USER_UNIT")
    /// The unit that a user's manager tells of.
    static let managersUnit = JournalField("USER_UNIT")
    /// The writer's own word for itself.
    static let identifier = JournalField("SYSLOG_IDENTIFIER")
}
