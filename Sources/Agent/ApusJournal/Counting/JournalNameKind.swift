/// What the entries of a journal are counted by, beside their priority.
package enum JournalNameKind: String, Sendable, CaseIterable {
    /// The unit of systemd whose process wrote the entry, as journald knows it.
    case unit
    /// The container that the entry is of, as the journald drivers of Docker and Podman name it.
    case container
    /// The unit of a user's own service manager whose process wrote the entry.
    case userUnit = "user_unit"
    /// The writer's own word, of entries of no service.
    case identifier

    /// Whether names are told apart by the user who wrote the entry: units are not, since journald vouches for their names.
    package var isOwned: Bool { self != .unit }

    /// The place in lists that have an element for each kind.
    var place: Int {
        switch self {
        case .unit: 0
        case .container: 1
        case .userUnit: 2
        case .identifier: 3
        }
    }

    /// The name under which one is counted that nobody asked for by name.
    func folded(_ name: String) -> String {
        switch self {
        case .unit, .userUnit: UnitNames.folded(name)
        case .container, .identifier: UnitNames.foldedFree(name)
        }
    }
}

/// A name with the user whose it is, as one text: `1000/syncthing.service`, and `/web` of root.
package struct JournalOwnedName: Hashable, Sendable {
    /// The user's number; empty of root, and of what no user wrote.
    package let owner: String
    package let name: String

    init(owner: String, name: String) {
        self.owner = owner
        self.name = name
    }

    /// Reads the text of one; a text without an owner is of nobody.
    init(_ text: String) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            self.init(owner: "", name: text)
            return
        }
        self.init(owner: String(text[..<slash]), name: String(text[text.index(after: slash)...]))
    }

    var text: String { "\(owner)/\(name)" }
}
