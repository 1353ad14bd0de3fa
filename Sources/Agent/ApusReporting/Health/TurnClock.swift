/// Finds the pauses of the process in the distances between the reporter's turns, which are to be a second.
package struct TurnClock: Sendable {
    private static let second: UInt64 = 1_000_000_000

    private var last: UInt64?

    package init() {}

    /// - Returns: nanoseconds by which the turn at `now` comes too late, as a process does that was stopped (SIGSTOP, a frozen
    ///   cgroup, a machine that was paused); 0 for less than a second, which a busy machine takes as well.
    package mutating func turn(at now: UInt64) -> UInt64 {
        defer { last = now }
        guard let last, now > last + 2 * Self.second else { return 0 }
        return now - last - Self.second
    }
}
