/// The restart history of one child: a pure value that is told what happened and when, and says what to do.
///
/// Instants are durations since any fixed origin of a monotonic clock, so that tests need neither a clock nor a wait.
package struct RestartState: Sendable {
    package let policy: RestartPolicy
    /// Crashes without a healthy while between them; the exponent of the backoff.
    package private(set) var crashesInARow = 0
    private var recentCrashes: [Duration] = []
    private var readySince: Duration?

    package init(policy: RestartPolicy) { self.policy = policy }

    /// The child became ready.
    package mutating func becameReady(at instant: Duration) { readySince = instant }

    /// The child ended without being asked.
    ///
    /// - Parameters:
    ///   - instant: when.
    ///   - random: a uniform number in 0…1 that places the delay within the policy's jitter.
    package mutating func exited(at instant: Duration, random: Double) -> RestartDecision {
        defer { readySince = nil }
        guard policy.isEnabled else { return .leaveDown }
        if let readySince, instant - readySince >= policy.healthyAfter { crashesInARow = 0 }
        crashesInARow += 1
        recentCrashes.removeAll { instant - $0 >= policy.crashWindow }
        recentCrashes.append(instant)
        guard recentCrashes.count < policy.crashLimit else { return .park(crashes: recentCrashes.count) }
        return .restart(after: delay(random: random))
    }

    private func delay(random: Double) -> Duration {
        var nominal = policy.initialDelay
        for _ in 1..<max(crashesInARow, 1) where nominal < policy.maximumDelay { nominal *= 2 }
        nominal = min(nominal, policy.maximumDelay)
        return nominal * (1 + policy.jitter * (2 * random - 1))
    }
}
