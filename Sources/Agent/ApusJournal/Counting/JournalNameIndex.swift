import ApusLimits
import ApusMetrics

/// Numbers the names of one kind, without a string for a name that is known: each entry of a journal asks.
struct JournalNameIndex {
    /// The number for entries of no name, such as those of no unit.
    static let none = 0
    /// The number for all names beyond the limit.
    static let others = 1

    private(set) var names: [String]
    private let rule: JournalNameRule
    /// Who was without a place since this was last taken back: owners whose share is taken, or everybody.
    private(set) var crowding = Crowding.nobody
    /// The numbers of names that are counted under another one; `nil` of those that are not counted.
    private var aliases: [[UInt8]: Int?] = [:]
    private var keptCount = 0
    /// How many names each user has; of a kind that is not owned, and of root, nobody asks.
    private var owned: [String: Int] = [:]
    /// The numbers of names, open addressed by the hash of the name; -1 is free. The table is never more than half full.
    private var slots: [Int32]
    private var bytes: [[UInt8]]

    /// The owners for whom places are to be made.
    enum Crowding: Equatable {
        case nobody
        case owners(Set<String>)
        case everybody
    }

    /// - Parameter names: the numbered names so far: that of no name and that of the others first.
    init(names: [String], rule: JournalNameRule) {
        self.names = []
        self.rule = rule
        takesNameless = rule.takesNameless
        isNobody = rule.isNobody
        bytes = []
        var size = 64
        while size < 2 * (max(rule.limit, names.count) + JournalFollowingLimits.watchedUnits.value + 3) { size *= 2 }
        slots = Array(repeating: -1, count: size)
        renumber(names)
    }

    /// Takes over another numbering.
    mutating func renumber(_ names: [String]) {
        self.names = names
        bytes = names.map { Array($0.utf8) }
        aliases.removeAll()
        keptCount = 0
        owned = [:]
        for name in names.dropFirst(2) { register(name) }
        slots = Array(repeating: -1, count: slots.count)
        for (number, name) in bytes.enumerated() { name.withUnsafeBytes { slots[slot(of: $0)] = Int32(number) } }
    }

    private mutating func register(_ name: String) {
        if rule.isKept(name) { keptCount += 1 } else if let owner = rule.owner(of: name) { owned[owner, default: 0] += 1 }
    }

    /// Whether entries of no name count, too.
    let takesNameless: Bool
    /// Whether nobody can be counted.
    let isNobody: Bool

    /// Whether a name always has a place.
    func isKept(_ name: String) -> Bool { rule.isKept(name) }

    /// Whether places are to be made for the owner of a name.
    func isCrowded(_ name: String) -> Bool {
        switch crowding {
        case .nobody: false
        case .everybody: true
        case .owners(let owners): rule.owner(of: name).map { owners.contains($0) } ?? false
        }
    }

    mutating func relieve() { crowding = .nobody }

    /// The number of a name; `nil` of one that is not counted.
    ///
    /// - Parameter name: of a kind that is owned, with its owner before it (``JournalOwnedName/text``).
    mutating func number(of name: UnsafeRawBufferPointer) -> Int? {
        let known = slots[slot(of: name)]
        if known >= 0 { return Int(known) }
        let key = Array(name)
        if let alias = aliases[key] { return alias }
        let number = add(String(decoding: LabelBytes.withoutNull(key), as: UTF8.self))
        // What is counted under its own name is in the table; a place that is missing now may come.
        if number != Self.others, slots[slot(of: name)] < 0 {
            if aliases.count >= 1024 { aliases.removeAll(keepingCapacity: true) }
            aliases[key] = .some(number)
        }
        return number
    }

    /// The number of a name that somebody owns; `nil` of one that is not counted.
    mutating func number(of name: [UInt8], owner: String) -> Int? {
        let key = Array(owner.utf8) + [UInt8(ascii: "/")] + name
        return key.withUnsafeBytes { number(of: $0) }
    }

    private mutating func add(_ raw: String) -> Int? {
        guard rule.admits(raw) else { return nil }
        let isKept = rule.isKept(raw)
        let name = isKept ? raw : rule.folded(raw)
        if let known = known(name) { return known }
        guard slots.count > 2 * (names.count + 2) else { return turnAway(.everybody) }
        if isKept {
            guard keptCount < JournalFollowingLimits.watchedUnits.value else { return turnAway(.everybody) }
        } else {
            guard names.count - 2 - keptCount < rule.limit else { return turnAway(.everybody) }
            if let owner = rule.owner(of: name), let number = share(of: owner) { return number }
        }
        return append(name)
    }

    /// The number that those of a user have together who has more names than a user's share; `nil` while there is room.
    private mutating func share(of owner: String) -> Int? {
        if owned[owner, default: 0] < rule.limitOfOwner, owned.values.reduce(0, +) < rule.limitOfOwners { return nil }
        let others = JournalOwnedName(owner: owner, name: JournalCounts.otherUnits).text
        _ = turnAway(.owners([owner]))
        // A user has one such name, and there are as many as users who have others.
        return known(others) ?? (owned[owner] == nil ? Self.others : append(others))
    }

    private func known(_ name: String) -> Int? {
        var encoded = name
        let number = encoded.withUTF8 { slots[slot(of: UnsafeRawBufferPointer($0))] }
        return number < 0 ? nil : Int(number)
    }

    private mutating func append(_ name: String) -> Int {
        let encoded = Array(name.utf8)
        let place = encoded.withUnsafeBytes { slot(of: $0) }
        slots[place] = Int32(names.count)
        names.append(name)
        bytes.append(encoded)
        register(name)
        return names.count - 1
    }

    private mutating func turnAway(_ whom: Crowding) -> Int {
        switch (crowding, whom) {
        case (.owners(let before), .owners(let owners)): crowding = .owners(before.union(owners))
        case (.everybody, _): break
        default: crowding = whom
        }
        return Self.others
    }

    /// The slot that holds a name, or the free one where it belongs.
    private func slot(of name: UnsafeRawBufferPointer) -> Int {
        // FNV-1a; the table is bounded, so that names made to collide cost no more than a walk through it.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
        while slots[place] >= 0 {
            let other = bytes[Int(slots[place])]
            if other.count == name.count && other.withUnsafeBytes({ name.elementsEqual($0) }) { break }
            place = (place + 1) & mask
        }
        return place
    }
}
