/// What to do about a child that ended without being asked.
package enum RestartDecision: Sendable, Hashable {
    /// Start it again after the delay.
    case restart(after: Duration)
    /// Leave it down: it crashed so often within the policy's window.
    case park(crashes: Int)
    /// Leave it down: the policy restarts nothing.
    case leaveDown
}
