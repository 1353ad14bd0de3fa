/// The triggers of a timer.
package struct TimerState: Sendable, Equatable {
    /// The time of the last trigger in seconds since 1970; `nil` for never.
    package var lastTrigger: Double?
    /// The time of the next one by the calendar, in seconds since 1970; `nil` for none.
    package var nextTrigger: Double?
    /// The time of the next one of those that are counted from an event, in seconds of CLOCK_MONOTONIC; `nil` for none.
    package var nextMonotonic: Double?
    /// How many seconds later a trigger may come.
    package var accuracy: Double
    /// The unit that it starts; empty where systemd does not say.
    package var unit: String

    package init(
        lastTrigger: Double? = nil, nextTrigger: Double? = nil, nextMonotonic: Double? = nil, accuracy: Double = 60,
        unit: String = ""
    ) {
        self.lastTrigger = lastTrigger
        self.nextTrigger = nextTrigger
        self.nextMonotonic = nextMonotonic
        self.accuracy = accuracy
        self.unit = unit
    }

    /// The time of the next trigger in seconds since 1970, whichever is sooner; `nil` for none.
    ///
    /// - Parameters:
    ///   - realtime: now, in seconds since 1970.
    ///   - monotonic: now, in seconds of CLOCK_MONOTONIC.
    package func next(at realtime: Double, monotonic: Double) -> Double? {
        // To the millisecond: the two clocks are not read at one moment.
        let shifted = nextMonotonic.map { ((realtime + $0 - monotonic) * 1000).rounded() / 1000 }
        return [nextTrigger, shifted].compactMap { $0 }.min()
    }

    /// Whether the next trigger should have been, by more than its accuracy and some seconds in which systemd tells of it.
    package func isMissed(at realtime: Double, monotonic: Double) -> Bool {
        next(at: realtime, monotonic: monotonic).map { $0 + accuracy + Self.grace < realtime } ?? false
    }

    private static let grace = 5.0
}
