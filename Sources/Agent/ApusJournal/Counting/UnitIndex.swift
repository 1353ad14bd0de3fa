/// Numbers units by name, without a string for a name that is known: each entry of a journal asks once.
struct UnitIndex {
    /// The number for entries of no unit, such as the kernel's.
    static let none = 0
    /// The number for all units beyond the limit.
    static let others = 1

    private(set) var names: [String]
    private let limit: Int
    /// The units that are counted; `nil` for all.
    private let watched: Set<String>?
    /// The numbers of names, open addressed by the hash of the name; -1 is free. The table is never more than half full.
    private var slots: [Int32]
    private var bytes: [[UInt8]]

    /// - Parameters:
    ///   - names: the numbered units so far: that of no unit and that of the others first.
    ///   - limit: most units that get a number of their own.
    init(names: [String], limit: Int, watched: Set<String>?) {
        self.names = names
        self.limit = limit
        self.watched = watched
        self.bytes = names.map { Array($0.utf8) }
        var size = 64
        while size < 2 * (max(limit, names.count) + 3) { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for (number, name) in bytes.enumerated() { name.withUnsafeBytes { slots[slot(of: $0)] = Int32(number) } }
    }

    /// Whether entries of no unit count, too.
    var watchesAll: Bool { watched == nil }

    /// The number of a unit; `nil` of one that is not watched.
    mutating func number(of name: UnsafeRawBufferPointer) -> Int? {
        let known = slots[slot(of: name)]
        if known >= 0 { return Int(known) }
        return add(Self.folded(String(decoding: name, as: UTF8.self)))
    }

    private mutating func add(_ name: String) -> Int? {
        if let watched, !watched.contains(name) { return nil }
        let encoded = Array(name.utf8)
        let place = encoded.withUnsafeBytes { slot(of: $0) }
        if slots[place] >= 0 { return Int(slots[place]) }
        guard names.count - 2 < limit else { return Self.others }
        slots[place] = Int32(names.count)
        names.append(name)
        bytes.append(encoded)
        return names.count - 1
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

    /// One name for the units that systemd makes new each time and never again: sessions, transient runs, core dumps.
    static func folded(_ name: String) -> String {
        for (prefix, suffix) in [
            ("session-", ".scope"), ("run-", ".scope"), ("run-", ".service"), ("systemd-coredump@", ".service"),
        ]
        where name.hasPrefix(prefix) && name.hasSuffix(suffix) && name.utf8.count > prefix.utf8.count + suffix.utf8.count {
            return prefix + "*" + suffix
        }
        return name
    }
}
