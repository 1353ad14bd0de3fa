/// Which names of one kind are counted, under which name, and how many have a place.
struct JournalNameRule {
    let kind: JournalNameKind
    /// The most names that get a number of their own; as many as are allowed for kept ones come on top.
    let limit: Int
    /// The names that are counted; `nil` for all.
    var counted: Set<String>?
    /// The units with counts under their own names: those without a glob always have a place, those that one matches while there is any.
    var watched: [UnitPattern] = []
    var choice = JournalNameChoice()

    /// The most names of one user who is not root, and of all such users together.
    var limitOfOwner: Int { max(1, limit / 4) }
    /// What users may make is no reason for root's to have no place; all units of users' managers are users'.
    var limitOfOwners: Int { kind == .userUnit ? limit : max(1, limit / 2) }

    var takesNameless: Bool { counted == nil && choice.include == nil }
    var isNobody: Bool { choice.isNobody || (kind.isOwned && counted != nil && choice.include == nil) }

    func admits(_ text: String) -> Bool {
        if kind == .unit, let counted, !counted.contains(text) { return false }
        return !isNobody && choice.admits(bare(text))
    }

    /// Whether a name was given as it is, so that it always has a place.
    func isKept(_ text: String) -> Bool {
        let name = bare(text)
        if choice.names(name) { return true }
        return kind == .unit && (counted?.contains(text) ?? false || watched.contains { !$0.isGlob && $0.matches(text) })
    }

    /// Whether a unit is watched by a glob alone: anybody may make ever new ones of these, so that they leave when they are silent.
    func isGlobbed(_ text: String) -> Bool {
        guard kind == .unit, !isOfSeveral(text), !isKept(text) else { return false }
        return watched.contains { $0.isGlob && $0.matches(text) }
    }

    /// Whether several units are counted under a name, which is then no unit's own.
    private func isOfSeveral(_ text: String) -> Bool { text.contains("*") || text.contains("@.") }

    func folded(_ text: String) -> String {
        guard kind.isOwned else { return kind.folded(text) }
        let owned = JournalOwnedName(text)
        return JournalOwnedName(owner: owned.owner, name: kind.folded(owned.name)).text
    }

    /// The user who pays for a name; `nil` of root's, and of a kind that nobody owns.
    func owner(of text: String) -> String? {
        guard kind.isOwned else { return nil }
        let owner = JournalOwnedName(text).owner
        return owner.isEmpty ? nil : owner
    }

    private func bare(_ text: String) -> String { kind.isOwned ? JournalOwnedName(text).name : text }
}
