import AgentMetrics

/// When one probe is asked: once soon after it is set, and then at whole multiples of its interval, each probe at a place of its own within
/// it, so that no delay adds up and not all probes are asked at once.
///
/// A pure value: the time is given to it, CLOCK_MONOTONIC in nanoseconds, which no setting of the clock moves.
package struct ProbeSchedule: Sendable, Equatable {
    /// When the probe is to be asked next.
    package private(set) var next: UInt64
    private let interval: UInt64
    /// The probe's place within each interval.
    private let phase: UInt64

    /// - Parameters:
    ///   - start: when the probe was set.
    ///   - spread: the time within which the first attempts of all probes are.
    package init(of id: ProbeID, interval: Duration, start: UInt64, spread: Duration) {
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        let part = Self.part(of: id)
        phase = UInt64(part * Double(self.interval - 1))
        next = start + UInt64(part * (min(interval, spread) / .nanoseconds(1)))
    }

    /// Takes note that the probe's turn has come, and sets the next one: turns that were missed are left out, not made up for. Behind the first
    /// attempt, which is at no multiple of the interval, there is at least half an interval.
    package mutating func turn(at now: UInt64) {
        let isOnGrid = next % interval == phase
        let earliest = isOnGrid ? max(next, now) + 1 : max(next + interval / 2, now + 1)
        let beyond = earliest % interval
        next = earliest - beyond + phase + (beyond > phase ? interval : 0)
    }

    /// A number from 0 to below 1 that is the same for a probe at each start, and spread evenly over probes: FNV-1a.
    static func part(of id: ProbeID) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for text in [id.identity.service, id.identity.instance, id.kind.rawValue] + (id.name.map { [$0] } ?? []) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        // The high bits of a short text are hardly mixed.
        hash ^= hash >> 32
        hash = hash &* 0xd6e8_feb8_6659_fd93
        return Double(hash >> 11) / Double(UInt64(1) << 53)
    }
}
