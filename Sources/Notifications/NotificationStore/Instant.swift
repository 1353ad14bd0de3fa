import Glibc

/// A point in time as the store keeps it: milliseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Adds a duration; a sum out of range is the nearest moment that there is, because a row may hold any number.
    package static func + (instant: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        let (whole, isLong) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isOver) = instant.milliseconds.addingReportingOverflow(isLong ? (seconds < 0 ? .min : .max) : whole)
        guard !isOver else { return Self(milliseconds: seconds < 0 ? .min : .max) }
        let (total, isTotalOver) = sum.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return Self(milliseconds: isTotalOver ? (attoseconds < 0 ? .min : .max) : total)
    }

    /// The time between two moments, the longest that there is where it would be longer.
    package static func - (later: Self, earlier: Self) -> Duration {
        let (difference, isOver) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(isOver ? (later > earlier ? .max : .min) : difference)
    }

    /// Now by the system's clock, which is the clock of a store that is given no other.
    package static func realtime() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
