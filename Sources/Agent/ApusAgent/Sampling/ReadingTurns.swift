/// Whose turn it is where there is not time for all in each interval: whoever was read longest ago, whatever the order in which they ask.
struct ReadingTurns<Key: Hashable & Sendable>: Sendable {
    private struct Place: Sendable {
        var askedAt: UInt64
        /// 0 before the first.
        var readAt: UInt64
        /// What a reading is taken to have, in the units of the budget.
        var size: UInt64
    }

    /// Nanoseconds.
    private let interval: UInt64
    private var places: [Key: Place] = [:]

    init(each interval: UInt64) { self.interval = interval }

    /// How many ask.
    var count: Int { places.count }

    /// Whether one has asked lately.
    func has(_ key: Key) -> Bool { places[key] != nil }

    /// When one was read last; 0 of one that was not.
    func readAt(_ key: Key) -> UInt64 { places[key]?.readAt ?? 0 }

    /// Notes that one asks to be read.
    ///
    /// - Returns: the size of those who have the turn before it, and have asked as lately; `nil` where it was read in this interval.
    mutating func ask(_ key: Key, size: UInt64, at now: UInt64) -> UInt64? {
        let readAt = readAt(key)
        places[key] = Place(askedAt: now, readAt: readAt, size: size)
        guard isDue(readAt, at: now) else { return nil }
        return places.values.reduce(0) { sum, other in
            let asks = now - min(now, other.askedAt) < interval / 2 * 3
            return asks && other.readAt < readAt && isDue(other.readAt, at: now) ? sum + other.size : sum
        }
    }

    /// Notes that one had its turn, whatever came of it.
    mutating func read(_ key: Key, at now: UInt64) { places[key]?.readAt = now }

    /// Lets go of those who ask no more.
    ///
    /// - Returns: those.
    mutating func forget(at now: UInt64) -> [Key] {
        let gone = places.filter { now - min(now, $0.value.askedAt) >= interval * 3 }.map(\.key)
        for key in gone { places[key] = nil }
        return gone
    }

    // A turn may begin a little sooner after the one before.
    private func isDue(_ readAt: UInt64, at now: UInt64) -> Bool { readAt == 0 || now - min(now, readAt) >= interval / 10 * 9 }
}
