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
    /// Who was without a place since this was last taken back.
    private(set) var crowding = Crowding()
    /// The numbers of names that are counted under another one; `nil` of those that are not counted.
    private var aliases: [[UInt8]: Int?] = [:]
    private var keptCount = 0
    private var globbedCount = 0
    /// How many names each user has; of a kind that is not owned, and of root, nobody asks.
    private var owned: [String: Int] = [:]
    /// The numbers of names, open addressed by the hash of the name; -1 is free. The table is never more than half full.
    private var slots: [Int32]
    private var bytes: [[UInt8]]

    /// The names for which places are to be made.
    struct Crowding: Equatable {
        /// Whether units were without one that a glob of watched units matches, of which there are as many as may be.
        var isOfGlobs = false
        /// Whether any other name was without one.
        var isOfRest = false
        /// The owners whose share is taken.
        var owners: Set<String> = []

        var isNobody: Bool { !isOfGlobs && !isOfRest && owners.isEmpty }
    }

    /// - Parameter names: the numbered names so far: that of no name and that of the others first.
    init(names: [String], rule: JournalNameRule) {
        self.names = []
        self.rule = rule
        takesNameless = rule.takesNameless
        isNobody = rule.isNobody
        bytes = []
        var size = 64
        while size < 2 * (max(rule.limit, names.count) + 2 * JournalFollowingLimits.watchedUnits.value + 3) { size *= 2 }
        slots = Array(repeating: -1, count: size)
        renumber(names)
    }

    /// Takes over another numbering.
    mutating func renumber(_ names: [String]) {
        self.names = names
        bytes = names.map { Array($0.utf8) }
        aliases.removeAll()
        keptCount = 0
        globbedCount = 0
        owned = [:]
        for name in names.dropFirst(2) { register(name) }
        slots = Array(repeating: -1, count: slots.count)
        for (number, name) in bytes.enumerated() { name.withUnsafeBytes { slots[slot(of: $0)] = Int32(number) } }
    }

    private mutating func register(_ name: String) {
        if rule.isKept(name) {
            keptCount += 1
        } else if rule.isGlobbed(name) {
            globbedCount += 1
        } else if let owner = rule.owner(of: name) {
            owned[owner, default: 0] += 1
        }
    }

    /// Whether entries of no name count, too.
    let takesNameless: Bool
    /// Whether nobody can be counted.
    let isNobody: Bool

    /// Whether a name always has a place.
    func isKept(_ name: String) -> Bool { rule.isKept(name) }

    /// How far the series of a unit's events go beyond the bound that holds for units that nobody watches, as a factor.
    func eventShare(of name: String) -> Int { rule.isKept(name) ? 3 : rule.isGlobbed(name) ? 2 : 1 }

    /// Whether the place of a name is one of those that are wanted.
    func isCrowded(_ name: String) -> Bool {
        if rule.isGlobbed(name) { return crowding.isOfGlobs }
        return crowding.isOfRest || rule.owner(of: name).map { crowding.owners.contains($0) } ?? false
    }

    mutating func relieve() { crowding = Crowding() }

    /// The number of a name; `nil` of one that is not counted.
    ///
    /// - Parameter name: of a kind that is owned, with its owner before it (``JournalOwnedName/text``).
    mutating func number(of name: UnsafeRawBufferPointer) -> Int? {
        let known = slots[slot(of: name)]
        if known >= 0 { return Int(known) }
        let key = Array(name)
        if let alias = aliases[key] { return alias }
        let number = add(String(decoding: LabelBytes.withoutNull(key), as: UTF8.self))
        // What is counted under its own name is in the table; a place that is missing now may come, so that it is asked for each time.
        if number != Self.others, slots[slot(of: name)] < 0, !crowding.isOfGlobs {
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
        // A null that was left out may make it a known one.
        if let known = known(raw) { return known }
        let most = JournalFollowingLimits.watchedUnits.value
        if rule.isKept(raw) { return keptCount < most && hasSlot ? append(raw) : turnAway { $0.isOfRest = true } }
        let name = rule.folded(raw)
        if rule.isGlobbed(raw) {
            if keptCount + globbedCount < most, hasSlot { return append(raw) }
            let others = turnAway { $0.isOfGlobs = true }
            // Its template's name is a place among those of units that nobody watches; one of its own would be one of the full ones.
            guard name != raw else { return others }
        }
        if let known = known(name) { return known }
        guard hasSlot, names.count - 2 - keptCount - globbedCount < rule.limit else { return turnAway { $0.isOfRest = true } }
        if let owner = rule.owner(of: name), let number = share(of: owner) { return number }
        return append(name)
    }

    private var hasSlot: Bool { slots.count > 2 * (names.count + 2) }

    /// The number that those of a user have together who has more names than a user's share; `nil` while there is room.
    private mutating func share(of owner: String) -> Int? {
        if owned[owner, default: 0] < rule.limitOfOwner, owned.values.reduce(0, +) < rule.limitOfOwners { return nil }
        let others = JournalOwnedName(owner: owner, name: JournalCounts.otherUnits).text
        _ = turnAway { $0.owners.insert(owner) }
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

    private mutating func turnAway(_ note: (inout Crowding) -> Void) -> Int {
        note(&crowding)
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
