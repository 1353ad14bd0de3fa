/// Which probes may be asked now, where only so many attempts may be under way: who waits for longest comes first, and those that were not
/// answered in time never have all places.
///
/// A pure value: it knows no clock and no probe, but numbers of them.
package struct ProbePlaces: Sendable {
    private struct Waiter {
        let number: Int
        let wasLate: Bool
    }

    private let most: Int
    /// How many of the places those may have that were late.
    private let mostLate: Int
    private var waiting: [Waiter] = []
    /// Who has a place, and whether it was late before.
    private var held: [Int: Bool] = [:]

    /// - Parameter most: attempts at a time.
    package init(most: Int) {
        self.most = max(1, most)
        mostLate = max(1, self.most * 3 / 4)
    }

    /// Has a probe wait for a place.
    package mutating func join(_ number: Int, wasLate: Bool) { waiting.append(Waiter(number: number, wasLate: wasLate)) }

    /// Gives a place to the next one that may have one; `nil` where nobody waits that may.
    package mutating func admit() -> Int? {
        guard held.count < most else { return nil }
        let lateOnes = held.values.count { $0 }
        guard let place = waiting.firstIndex(where: { !$0.wasLate || lateOnes < mostLate }) else { return nil }
        let waiter = waiting.remove(at: place)
        held[waiter.number] = waiter.wasLate
        return waiter.number
    }

    /// Takes back a place, or a wait for one.
    package mutating func leave(_ number: Int) {
        if held.removeValue(forKey: number) == nil { waiting.removeAll { $0.number == number } }
    }
}
