/// When the sampling loop turns: at whole multiples of the interval after its start, so that no delay adds up.
package struct SamplingSchedule: Sendable {
    /// Nanoseconds.
    package let start: UInt64
    package let interval: UInt64
    package private(set) var next: UInt64

    package init(start: UInt64, interval: UInt64) {
        self.start = start
        self.interval = max(1, interval)
        next = start
    }

    /// Takes note of a turn that began at `now`, and sets the next one: turns that were missed altogether (the machine slept,
    /// the process was stopped) are left out, not made up for.
    ///
    /// - Returns: whether this turn began more than a tenth of the interval late.
    package mutating func turn(at now: UInt64) -> Bool {
        let isLate = now > next && now - next > interval / 10
        let passed = now < start ? 0 : (now - start) / interval
        next = start + (passed + 1) * interval
        return isLate
    }
}
