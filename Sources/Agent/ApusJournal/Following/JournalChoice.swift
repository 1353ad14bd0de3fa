import Glibc

/// Which names have counts of their own, by the patterns of whoever runs the agent.
package struct JournalChoice: Sendable, Equatable {
    package var units = JournalNameChoice()
    package var containers = JournalNameChoice()
    package var userUnits = JournalNameChoice()
    package var identifiers = JournalNameChoice()

    /// Chooses everybody.
    package init() {}

    package subscript(kind: JournalNameKind) -> JournalNameChoice {
        switch kind {
        case .unit: units
        case .container: containers
        case .userUnit: userUnits
        case .identifier: identifiers
        }
    }
}

extension JournalChoice: CustomStringConvertible {
    /// One line: how many patterns there are for what.
    package var description: String {
        let parts = [("units", units), ("containers", containers), ("user units", userUnits), ("identifiers", identifiers)]
            .compactMap { name, choice -> String? in
                guard choice != JournalNameChoice() else { return nil }
                let included = choice.include.map { $0.isEmpty ? "none" : "\($0.count) included" } ?? "all"
                return "\(name): \(included)\(choice.exclude.isEmpty ? "" : " but \(choice.exclude.count) excluded")"
            }
        return "the journal: \(parts.isEmpty ? "everybody" : parts.joined(separator: "; "))"
    }
}

/// Which names of one kind are counted: those that a pattern includes, and none excludes.
package struct JournalNameChoice: Sendable, Equatable {
    /// `nil`: everybody.
    package var include: [JournalNamePattern]?
    package var exclude: [JournalNamePattern]

    package init(include: [JournalNamePattern]? = nil, exclude: [JournalNamePattern] = []) {
        self.include = include
        self.exclude = exclude
    }

    /// Whether nobody can be chosen, so that nothing is to be looked for.
    var isNobody: Bool { include?.isEmpty ?? false }

    /// Whether a name is counted.
    func admits(_ name: String) -> Bool {
        (include?.contains { $0.matches(name) } ?? true) && !exclude.contains { $0.matches(name) }
    }

    /// Whether what was counted under a name goes on, which may stand for several: of those a pattern that includes says nothing.
    func keeps(_ name: String) -> Bool {
        guard !isNobody, !exclude.contains(where: { $0.matches(name) }) else { return false }
        let isOfSeveral = name.contains("*") || name.contains("@.") || name == JournalCounts.otherUnits
        return isOfSeveral || include?.contains { $0.matches(name) } ?? true
    }

    /// Whether a name is asked for as it is, and not by a pattern.
    func names(_ name: String) -> Bool { include?.contains { !$0.isGlob && $0.text.utf8.elementsEqual(name.utf8) } ?? false }
}

/// A name, or a pattern for names in which `*`, `?` and `[…]` stand for other characters, as in glob(7).
package struct JournalNamePattern: Sendable, Hashable {
    package let text: String
    let isGlob: Bool

    /// - Returns: `nil` for an empty text, one of more than 255 bytes, and one with a null byte.
    package init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        self.text = text
        isGlob = text.utf8.contains { [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")].contains($0) }
    }

    func matches(_ name: String) -> Bool {
        isGlob ? fnmatch(text, name, FNM_NOESCAPE) == 0 : text.utf8.elementsEqual(name.utf8)
    }
}
