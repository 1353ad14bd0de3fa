import ApusLimits

/// Which names are being looked up and which wait for a thread, as a pure value.
///
/// Names that worked before have threads of their own beside those of new names, and these beside those of names whose server did not
/// answer: a name server that is out stops its own names only.
package struct LookupQueue: Sendable {
    package enum Lane: Hashable, Sendable, CaseIterable {
        /// Addresses of the name were found the last time.
        case known
        case new
        /// The name was not answered the last time.
        case slow
    }

    private let threads: Int
    private var underWay: [String: Lane] = [:]
    private var queued: [Lane: [String]] = [:]

    /// - Parameter threads: names that are looked up at a time; three quarters of them that did not work before, and half that were not
    ///   answered.
    package init(threads: Int = DeliveryLimits.lookups.value) { self.threads = max(4, threads) }

    /// The number of names that wait for a thread.
    package var count: Int { queued.values.reduce(0) { $0 + $1.count } }

    package func isUnderWay(_ name: String) -> Bool { underWay[name] != nil }

    /// Whether one more name may wait: none that waits in vain for long, and not too many of the others. Those that worked before are
    /// bounded by the cache.
    package func accepts(_ lane: Lane) -> Bool {
        switch lane {
        case .known: true
        case .new: count < DeliveryLimits.waitingLookups.value
        case .slow: count < DeliveryLimits.waitingLookups.value && hasThread(for: .slow)
        }
    }

    /// Takes a name in.
    ///
    /// - Returns: whether a thread is to be started for it; else it waits.
    package mutating func add(_ name: String, _ lane: Lane) -> Bool {
        guard hasThread(for: lane) else {
            queued[lane, default: []].append(name)
            return false
        }
        underWay[name] = lane
        return true
    }

    package mutating func finish(_ name: String) { underWay[name] = nil }

    /// The name that a thread takes on next; nil when none waits that it may take.
    ///
    /// - Parameter isWanted: whether a name is still to be looked up; another leaves the queue.
    package mutating func next(isWanted: (String, Lane) -> Bool) -> String? {
        for lane in Lane.allCases where hasThread(for: lane) {
            while queued[lane]?.isEmpty == false, let name = queued[lane]?.removeFirst() {
                guard isWanted(name, lane) else { continue }
                underWay[name] = lane
                return name
            }
        }
        return nil
    }

    private func hasThread(for lane: Lane) -> Bool {
        func number(_ lane: Lane) -> Int { underWay.values.reduce(0) { $0 + ($1 == lane ? 1 : 0) } }
        guard underWay.count < threads else { return false }
        switch lane {
        case .known: return true
        case .new: return number(.new) + number(.slow) < threads * 3 / 4
        case .slow: return number(.slow) < threads / 2 && number(.new) + number(.slow) < threads * 3 / 4
        }
    }
}
