/// Which calls may begin, where each holds a thread until it returns, and some never do: calls of keys that hung before never have all threads,
/// and in place of those that hang now and did not before, others begin, up to a number.
///
/// A pure value: it knows no thread, and the time is given to it, in nanoseconds of a clock that only goes on.
package struct CallPlaces<Key: Hashable & Sendable>: Sendable {
    private struct Running {
        let began: UInt64
        /// Whether it is one of a key that hung before.
        let wasLate: Bool
    }

    private let most: Int
    /// How many calls there are where calls hang that did not before: what each of them holds is in addition.
    private let mostOfAll: Int
    private let patience: UInt64
    private var waiting: [Key] = []
    private var running: [Key: Running] = [:]
    /// Keys whose last call hung.
    private var late: Set<Key> = []

    /// - Parameters:
    ///   - most: calls at a time; those that hang count as three quarters of them at most.
    ///   - mostOfAll: calls at a time, all that hang included.
    ///   - patience: nanoseconds after which a call counts as one that hangs.
    package init(most: Int, mostOfAll: Int, patience: UInt64) {
        self.most = max(1, most)
        self.mostOfAll = max(self.most, mostOfAll)
        self.patience = patience
    }

    /// How many calls those may have that hung before.
    private var mostLate: Int { max(1, most * 3 / 4) }
    /// Keys that are remembered as late, past which all are taken for quick.
    private static var mostRemembered: Int { 1024 }

    package var isIdle: Bool { running.isEmpty }
    package var hasWaiting: Bool { !waiting.isEmpty }

    /// Has a call wait for its turn.
    package mutating func join(_ key: Key) { waiting.append(key) }

    /// The call that is to begin now, of those that may the one that waits for longest; `nil` where none may.
    package mutating func admit(at now: UInt64) -> Key? {
        guard !waiting.isEmpty, running.count < mostOfAll else { return nil }
        let lateOnes = running.values.count { $0.wasLate }
        let hanging = running.values.count { !$0.wasLate && now >= $0.began + patience }
        // Those that hang and did not before have others begin in their places.
        guard running.count - hanging < most,
            let place = waiting.firstIndex(where: { !late.contains($0) || lateOnes + hanging < mostLate })
        else { return nil }
        let key = waiting.remove(at: place)
        running[key] = Running(began: now, wasLate: late.contains(key))
        return key
    }

    /// Takes note that a call has returned.
    package mutating func end(_ key: Key, at now: UInt64) {
        guard let call = running.removeValue(forKey: key) else { return }
        if now < call.began + patience {
            late.remove(key)
        } else {
            if late.count >= Self.mostRemembered { late = [] }
            late.insert(key)
        }
    }

    /// Has a call wait again that could not begin.
    package mutating func putBack(_ key: Key) {
        guard running.removeValue(forKey: key) != nil else { return }
        waiting.insert(key, at: 0)
    }

    /// Forgets a call that waits for its turn; one that has begun goes on.
    ///
    /// - Returns: whether it was one that waits.
    package mutating func leave(_ key: Key) -> Bool {
        guard let place = waiting.firstIndex(of: key) else { return false }
        waiting.remove(at: place)
        return true
    }
}
