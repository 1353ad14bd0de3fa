import ApusLimits
package import NIOCore

/// What is known of names, as a pure value: addresses for a while, and that there are none for a shorter one.
package struct NameCache: Sendable {
    package enum Answer: Sendable {
        case known([SocketAddress])
        /// The addresses are to be looked up again, and can be used meanwhile.
        case stale([SocketAddress])
        case failed(LookupError)
        case none
    }

    private struct Entry {
        var addresses: [SocketAddress] = []
        var error: LookupError?
        var freshUntil: ContinuousClock.Instant
        var usableUntil: ContinuousClock.Instant
        var lastUse: ContinuousClock.Instant
    }

    private let mostNames: Int
    private var entries: [String: Entry] = [:]

    package init(mostNames: Int = DeliveryLimits.names.value) { self.mostNames = max(1, mostNames) }

    package var count: Int { entries.count }

    package mutating func answer(_ name: String, at now: ContinuousClock.Instant) -> Answer {
        guard let entry = entries[name], now < entry.usableUntil else { return .none }
        entries[name]?.lastUse = now
        if let error = entry.error { return now < entry.freshUntil ? .failed(error) : .none }
        return now < entry.freshUntil ? .known(entry.addresses) : .stale(entry.addresses)
    }

    /// Whether the name was not answered when it was last asked for.
    package func isSlow(_ name: String, at now: ContinuousClock.Instant) -> Bool {
        guard let entry = entries[name], now < entry.usableUntil, case .noAnswer? = entry.error else { return false }
        return true
    }

    /// Whether addresses of the name were found the last time, however long ago.
    package func isKnown(_ name: String) -> Bool { entries[name].map { $0.error == nil } ?? false }

    package mutating func store(
        _ result: Result<[SocketAddress], LookupError>, of name: String, at now: ContinuousClock.Instant
    ) {
        switch result {
        case .success(let addresses):
            put(
                Entry(
                    addresses: addresses, freshUntil: now + DeliveryLimits.addressAge.value,
                    usableUntil: now + DeliveryLimits.staleAddressAge.value, lastUse: now), name)
        case .failure(let error):
            // What was known goes on to be used; it is asked for again after a while.
            if case .noAnswer = error, var entry = entries[name], entry.error == nil, now < entry.usableUntil {
                entry.freshUntil = now + DeliveryLimits.failureAge.value
                entries[name] = entry
                return
            }
            let isFinal = if case .unknown = error { true } else { false }
            put(
                Entry(
                    error: error, freshUntil: now + (isFinal ? DeliveryLimits.failureAge.value : .seconds(5)),
                    usableUntil: now + DeliveryLimits.staleAddressAge.value, lastUse: now), name)
        }
    }

    /// Has a name looked up again, because its addresses do not answer.
    package mutating func expire(_ name: String, at now: ContinuousClock.Instant) {
        if entries[name]?.error == nil { entries[name]?.freshUntil = now }
    }

    private mutating func put(_ entry: Entry, _ name: String) {
        if entries[name] == nil, entries.count >= mostNames,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            entries[oldest.key] = nil
        }
        entries[name] = entry
    }
}
