/// What is known of the units at a moment, and how well.
package struct UnitSnapshot: Sendable {
    /// By name; those of which nothing has been heard yet are not there.
    package var units: [UnitState] = []
    /// Whether systemd answers, and tells of changes.
    package var isUp = false
    package var isBreakerOpen = false
    /// When systemd answered last.
    package var lastAnswer: SuspendingClock.Instant?
    package var calls: UInt64 = 0
    package var errors: [UnitBusError.Reason: UInt64] = [:]

    package init() {}

    /// Seconds since systemd answered last; `nil` before the first time.
    package var age: Double? { lastAnswer.map { max(0, $0.duration(to: .now) / .seconds(1)) } }
}
