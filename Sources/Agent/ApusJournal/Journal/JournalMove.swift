/// A cursor's entry was gone, rotated away and vacuumed, and reading went on at the next entry that is there.
package struct JournalMove: Sendable, Equatable {
    package let from: JournalCursor
    package let to: JournalCursor

    /// Entries that were never read, by their sequence numbers; `nil` where the numbers are of different series.
    package var lost: UInt64? {
        guard let distance = from.distance(to: to), distance > 0 else { return nil }
        return distance - 1
    }
}
