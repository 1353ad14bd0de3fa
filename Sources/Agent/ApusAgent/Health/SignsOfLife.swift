/// How long ago a process gave a sign of life, told by when its heartbeat was seen to change.
///
/// The heartbeat is a moment of the monotonic clock of the process, which is another than the agent's where the process is in a time
/// namespace of its own (time_namespaces(7)). Its value counts only where it lies between the two looks that it changed between.
///
/// ```swift
/// var signs = SignsOfLife()
/// let age = signs.see(segment.heartbeat, at: now).age
/// ```
package struct SignsOfLife {
    /// What a look says; nanoseconds.
    package struct Judgement: Equatable {
        /// How old the last sign of life is: exact where the process has the agent's clock.
        package let age: UInt64
        /// For how long the agent has seen no change: what a judgement on hanging rests on, by no clock but the agent's own.
        package let stillness: UInt64

        package init(age: UInt64, stillness: UInt64) {
            self.age = age
            self.stillness = stillness
        }
    }

    private var value: UInt64?
    /// When the value was first seen, and when the one before it was last seen.
    private var seenAt: UInt64 = 0
    private var formerAt: UInt64?
    private var lookedAt: UInt64 = 0

    /// A heartbeat may be newer than the agent's moment, which is taken before the look.
    private static let slack: UInt64 = 1_000_000_000

    package init() {}

    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds; a moment before that of an earlier look counts as that.
    package mutating func see(_ heartbeat: UInt64, at now: UInt64) -> Judgement {
        let now = max(now, lookedAt)
        if heartbeat != value {
            formerAt = value == nil ? nil : lookedAt
            (value, seenAt) = (heartbeat, now)
        }
        lookedAt = now
        let stillness = now - seenAt
        let earliest = (formerAt ?? 0) - min(formerAt ?? 0, Self.slack)
        let isOfThisClock = heartbeat >= earliest && heartbeat <= seenAt + Self.slack
        return Judgement(age: isOfThisClock ? now - min(now, heartbeat) : stillness, stillness: stillness)
    }
}
