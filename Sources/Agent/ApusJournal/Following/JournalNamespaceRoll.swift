import ApusLimits

/// Which namespaces of the journal are followed while they come and go: those that are named always, and of others those that came first.
///
/// It asks nobody: each look is given what was found.
package struct JournalNamespaceRoll {
    /// What changes with a look.
    package struct Turn: Equatable {
        /// Namespaces that are followed from now on.
        package var begin: [String] = []
        /// Namespaces that have gone, whose following ends; their place is free once it has (``ended(_:)``).
        package var end: [String] = []
        /// Namespaces for which there is no place.
        package var excess: [String] = []

        package init(begin: [String] = [], end: [String] = [], excess: [String] = []) {
            self.begin = begin
            self.end = end
            self.excess = excess
        }
    }

    /// Looks without a namespace after which it has gone: its folder may be away for a moment, or the list of all.
    package static let patience = 12

    private let names: [String]
    private let room: Int
    /// For each that was found, the looks since it was seen last.
    private var missed: [String: Int] = [:]
    /// Namespaces whose following has still to end.
    private var ending: Set<String> = []
    /// Namespaces that nobody follows, as there was no thread for it.
    private var unfollowed: Set<String> = []

    package init(_ namespaces: JournalNamespaces) {
        names = namespaces.names
        room = JournalFollowingLimits.namespaces.value - namespaces.names.count
    }

    /// - Parameter found: all that are there.
    package mutating func look(_ found: [String]) -> Turn {
        let found = found.filter { !names.contains($0) }
        var turn = Turn()
        for (name, looks) in missed { missed[name] = found.contains(name) ? 0 : looks + 1 }
        turn.end = missed.filter { $0.value >= Self.patience }.keys.sorted()
        for name in turn.end { missed[name] = nil }
        ending.formUnion(Set(turn.end).subtracting(unfollowed))
        unfollowed.subtract(turn.end)
        let waiting = found.filter { missed[$0] == nil && !ending.contains($0) }
        let free = max(0, room - missed.count - ending.count)
        turn.begin = Array(waiting.prefix(free))
        turn.excess = Array(waiting.dropFirst(free))
        for name in turn.begin { missed[name] = 0 }
        return turn
    }

    /// Takes note that the following of one has ended, and its place is saved.
    package mutating func ended(_ name: String) { ending.remove(name) }

    /// Takes note that one is followed by nobody: its place is free as soon as it has gone.
    package mutating func refused(_ name: String) {
        if ending.remove(name) == nil { unfollowed.insert(name) }
    }
}
