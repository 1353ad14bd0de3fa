import ApusLimits
import ApusThreads
package import NotificationStore

/// Decides which destinations may be tried, as a pure value: each has a share of the worker's attempts under way, and a breaker that
/// closes it while it does not answer.
///
/// What counts against a destination is that it gave no answer. An answer of whatever status is one: it concerns one URL, and others
/// of the same host may work.
package struct DestinationGate: Sendable {
    package enum Verdict: Hashable, Sendable {
        case open
        /// Its share is used up, or one attempt is trying whether it is back.
        case full
        case closed(until: ContinuousClock.Instant)
    }

    /// How a destination did in an attempt.
    package enum Reach: Hashable, Sendable {
        case answered(within: Duration)
        case unreachable
        /// The attempt was cut off, or never left the worker.
        case unknown
    }

    private struct Entry {
        var underWay = 0
        var isQuick = false
        /// The moment of the last answer; nil when the last attempt got none.
        var answeredAt: ContinuousClock.Instant?
        /// The address of the last answer.
        var address: String?
        var breaker = CircuitBreaker<ContinuousClock.Instant>(
            threshold: DeliveryLimits.failures.value,
            backoff: Backoff(
                first: DeliveryLimits.firstPause.value, longest: DeliveryLimits.longestPause.value, spread: 0.8...1.2))
        var lastUse: ContinuousClock.Instant
    }

    private static let quick = Duration.seconds(1)

    private let share: Int
    private let quickShare: Int
    private let mostEntries: Int
    private var entries: [Destination: Entry] = [:]
    /// The number of destinations that do not answer.
    package private(set) var closedCount = 0

    /// - Parameter concurrency: of the worker, of which the shares are parts.
    package init(concurrency: Int, mostEntries: Int = DeliveryLimits.destinations.value) {
        // Two at least, so that one URL that hangs does not keep all others of its host waiting.
        share = min(concurrency, max(2, concurrency * DeliveryLimits.share.value / 100))
        quickShare = min(concurrency, max(2, concurrency * DeliveryLimits.quickShare.value / 100))
        self.mostEntries = max(1, mostEntries)
    }

    /// Whether an attempt may be made now.
    ///
    /// - Parameter isOverdue: whether the notification has been deferred for so long that a closed destination is tried as well.
    package func verdict(
        on destination: Destination, at now: ContinuousClock.Instant, isOverdue: Bool = false
    ) -> Verdict {
        entries[destination].map { verdict(on: $0, at: now, isOverdue: isOverdue) } ?? .open
    }

    private func verdict(on entry: Entry, at now: ContinuousClock.Instant, isOverdue: Bool = false) -> Verdict {
        if entry.breaker.isOpen, !isOverdue {
            if let retryAt = entry.breaker.retryAt, now < retryAt { return .closed(until: retryAt) }
            return entry.underWay == 0 ? .open : .full
        }
        return entry.underWay < (entry.isQuick ? quickShare : share) ? .open : .full
    }

    /// The destinations of which nothing can be tried now, in no order.
    package func passedOver(at now: ContinuousClock.Instant) -> [Destination] {
        entries.compactMap { verdict(on: $0.value, at: now) == .open ? nil : $0.key }
    }

    /// Whether a destination answered lately, and in its last attempt.
    package func isProven(_ destination: Destination, at now: ContinuousClock.Instant) -> Bool {
        entries[destination].map { Self.isProven($0, at: now) } ?? false
    }

    /// The address that a destination last answered at; nil while that is not known.
    package func address(of destination: Destination) -> String? { entries[destination]?.address }

    private static func isProven(_ entry: Entry, at now: ContinuousClock.Instant) -> Bool {
        entry.answeredAt.map { $0.duration(to: now) < DeliveryLimits.proof.value } ?? false
    }

    package mutating func begin(_ destination: Destination, at now: ContinuousClock.Instant) {
        if entries[destination] == nil, entries.count >= mostEntries { forgetOne(at: now) }
        entries[destination, default: Entry(lastUse: now)].underWay += 1
        entries[destination]?.lastUse = now
    }

    package mutating func end(
        _ destination: Destination, _ reach: Reach, address: String? = nil, at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        guard var entry = entries[destination] else { return }
        entry.underWay = max(0, entry.underWay - 1)
        entry.lastUse = now
        let wasClosed = entry.breaker.isOpen
        switch reach {
        case .answered(let time):
            entry.isQuick = time < Self.quick
            entry.answeredAt = now
            entry.address = address ?? entry.address
            entry.breaker.succeed()
        case .unreachable:
            entry.isQuick = false
            entry.answeredAt = nil
            // Attempts that were under way when it closed say nothing new.
            if !entry.breaker.isOpen || entry.breaker.allows(now) { entry.breaker.fail(at: now, using: &generator) }
        case .unknown: break
        }
        closedCount += (entry.breaker.isOpen ? 1 : 0) - (wasClosed ? 1 : 0)
        entries[destination] = entry
    }

    /// Forgets the destination that was used the longest ago: one of which nothing is known before one that answers, and that before one
    /// that does not.
    private mutating func forgetOne(at now: ContinuousClock.Instant) {
        func worth(_ entry: Entry) -> Int { entry.breaker.isOpen ? 2 : Self.isProven(entry, at: now) ? 1 : 0 }
        let idle = entries.lazy.filter { $0.value.underWay == 0 }
        let oldest = idle.min { (worth($0.value), $0.value.lastUse) < (worth($1.value), $1.value.lastUse) }
        guard let oldest else { return }
        if oldest.value.breaker.isOpen { closedCount -= 1 }
        entries[oldest.key] = nil
    }
}
