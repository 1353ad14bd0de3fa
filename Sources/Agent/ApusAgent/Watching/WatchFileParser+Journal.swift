import ApusJournal
import ApusLimits
import ApusText
import ApusYAML

extension WatchFileParser {
    /// Which names of the journal are counted.
    mutating func journalChoice(_ value: PlacedYAML) -> JournalChoice {
        var choice = JournalChoice()
        if value.isNull { return choice }
        guard let keys = keys(of: value, JournalKey.ofJournal, in: "journal") else { return choice }
        if let units = keys["units"] { choice.units = nameChoice(units, "units") }
        if let containers = keys["containers"] { choice.containers = nameChoice(containers, "containers") }
        if let userUnits = keys["user_units"] { choice.userUnits = nameChoice(userUnits, "user_units") }
        if let identifiers = keys["identifiers"] { choice.identifiers = nameChoice(identifiers, "identifiers") }
        return choice
    }

    private mutating func nameChoice(_ value: PlacedYAML, _ key: String) -> JournalNameChoice {
        if value.isNull { return JournalNameChoice() }
        guard let keys = keys(of: value, JournalKey.ofNames, in: key) else { return JournalNameChoice() }
        return JournalNameChoice(
            include: keys["include"].map { patterns($0, "include") },
            exclude: keys["exclude"].map { patterns($0, "exclude") } ?? [])
    }

    private mutating func patterns(_ value: PlacedYAML, _ key: String) -> [JournalNamePattern] {
        guard case .sequence(let elements) = value.value else {
            note("\(key) is \(value.kind): write a list of names and patterns, or [] for none", at: value.place)
            return []
        }
        let most = WatchLimits.selectors.value
        if elements.count > most {
            note("more than \(most) patterns below \(key): say the same by fewer, such as 'web-*'", at: elements[most].place)
        }
        return elements.prefix(most).compactMap { element in
            guard let text = text(element, key) else { return nil }
            let pattern = JournalNamePattern(text)
            if pattern == nil { note("\(key) \(text.quotedExcerpt()) is longer than 255 bytes: shorten it", at: element.place) }
            return pattern
        }
    }
}

/// The keys of what the file says of the journal.
enum JournalKey {
    static let ofJournal = ["units", "containers", "user_units", "identifiers"]
    static let ofNames = ["include", "exclude"]
}
