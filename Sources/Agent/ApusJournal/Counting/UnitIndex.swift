import ApusLimits
import ApusMetrics

/// Numbers units by name, without a string for a name that is known: each entry of a journal asks once.
struct UnitIndex {
    /// The number for entries of no unit, such as the kernel's.
    static let none = 0
    /// The number for all units beyond the limit.
    static let others = 1

    private(set) var names: [String]
    private let limit: Int
    /// The units that are counted; `nil` for all.
    private let counted: Set<String>?
    /// The units that always have a place, under their own names.
    private let watched: [UnitPattern]
    /// Whether a unit was without a place since this was last taken back.
    var isFull = false
    /// The numbers of names that are counted under another one.
    private var aliases: [[UInt8]: Int] = [:]
    private var watchedCount = 0
    /// The numbers of names, open addressed by the hash of the name; -1 is free. The table is never more than half full.
    private var slots: [Int32]
    private var bytes: [[UInt8]]

    /// - Parameters:
    ///   - names: the numbered units so far: that of no unit and that of the others first.
    ///   - limit: most units that get a number of their own; as many as are allowed for watched ones come on top.
    ///   - counted: the units that are counted; `nil` for all.
    ///   - watched: the units that always have a place, under their own names.
    init(names: [String], limit: Int, counted: Set<String>?, watched: [UnitPattern]) {
        self.names = []
        self.limit = limit
        self.counted = counted
        self.watched = watched
        bytes = []
        var size = 64
        while size < 2 * (max(limit, names.count) + JournalFollowingLimits.watchedUnits.value + 3) { size *= 2 }
        slots = Array(repeating: -1, count: size)
        renumber(names)
    }

    /// Takes over another numbering.
    mutating func renumber(_ names: [String]) {
        self.names = names
        bytes = names.map { Array($0.utf8) }
        aliases.removeAll()
        watchedCount = names.dropFirst(2).count(where: isKept)
        slots = Array(repeating: -1, count: slots.count)
        for (number, name) in bytes.enumerated() { name.withUnsafeBytes { slots[slot(of: $0)] = Int32(number) } }
    }

    /// Whether entries of no unit count, too.
    var watchesAll: Bool { counted == nil }

    /// Whether a unit always has a place, under its own name.
    func isKept(_ name: String) -> Bool {
        counted?.contains(name) ?? false || watched.contains { $0.matches(name) }
    }

    /// The number of a unit; `nil` of one that is not watched.
    mutating func number(of name: UnsafeRawBufferPointer) -> Int? {
        let known = slots[slot(of: name)]
        if known >= 0 { return Int(known) }
        if let alias = aliases[Array(name)] { return alias }
        return add(String(decoding: LabelBytes.withoutNull(Array(name)), as: UTF8.self), as: name)
    }

    private mutating func add(_ raw: String, as key: UnsafeRawBufferPointer) -> Int? {
        if let counted, !counted.contains(raw) { return nil }
        let isKept = isKept(raw)
        let name = isKept ? raw : UnitNames.folded(raw)
        let encoded = Array(name.utf8)
        let place = encoded.withUnsafeBytes { slot(of: $0) }
        var number = Int(slots[place])
        if number < 0 {
            let isRoom =
                isKept
                ? watchedCount < JournalFollowingLimits.watchedUnits.value : names.count - 2 - watchedCount < limit
            guard isRoom, slots.count > 2 * (names.count + 1) else {
                isFull = true
                return Self.others
            }
            number = names.count
            slots[place] = Int32(number)
            names.append(name)
            bytes.append(encoded)
            if isKept { watchedCount += 1 }
        }
        if name != raw {
            if aliases.count >= 1024 { aliases.removeAll(keepingCapacity: true) }
            aliases[Array(key)] = number
        }
        return number
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
