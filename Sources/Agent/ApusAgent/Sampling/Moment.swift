import CLinux

/// A moment on three clocks: the one that spans are taken from, the one that the kernel dates processes by, and the one that people
/// read, which may be set to another time at any moment.
package struct Moment: Sendable {
    /// CLOCK_MONOTONIC in nanoseconds.
    package let monotonic: UInt64
    /// CLOCK_BOOTTIME in nanoseconds: since the boot, the time included in which the machine slept.
    package let sinceBoot: UInt64
    /// Seconds since the Unix epoch.
    package let realtime: Double

    package init(monotonic: UInt64, sinceBoot: UInt64, realtime: Double) {
        self.monotonic = monotonic
        self.sinceBoot = sinceBoot
        self.realtime = realtime
    }

    /// Seconds from an earlier moment of the monotonic clock to this one; 0 where that is later.
    func seconds(since earlier: UInt64) -> Double { Double(monotonic - min(monotonic, earlier)) / 1e9 }
}

/// Where an agent has the time from: the system's clocks, or a test's.
package struct AgentClock: Sendable {
    package let now: @Sendable () -> Moment
    /// Nanoseconds, for what a piece of work takes.
    package let stopwatch: @Sendable () -> UInt64

    package init(now: @escaping @Sendable () -> Moment, stopwatch: @escaping @Sendable () -> UInt64) {
        self.now = now
        self.stopwatch = stopwatch
    }

    package static let system = AgentClock(
        now: {
            Moment(
                monotonic: apus_monotonic_nanoseconds(), sinceBoot: apus_boottime_nanoseconds(),
                realtime: Double(apus_realtime_nanoseconds()) / 1e9)
        }, stopwatch: { apus_monotonic_nanoseconds() })
}
