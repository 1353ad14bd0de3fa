import ApusThreads

/// The restart history of one child: a pure value that is told what happened and when, and says what to do.
///
/// Instants are durations since any fixed origin of a monotonic clock, so that tests need neither a clock nor a wait.
package struct RestartState: Sendable {
    package let policy: RestartPolicy
    private var backoff: Backoff
    private var recentCrashes: [Duration] = []
    private var readySince: Duration?

    package init(policy: RestartPolicy) {
        self.policy = policy
        let jitter = min(max(policy.jitter, 0), 1)
        backoff = Backoff(first: policy.initialDelay, longest: policy.maximumDelay, spread: (1 - jitter)...(1 + jitter))
    }

    /// The number of crashes without a healthy while between them.
    package var crashesInARow: Int { backoff.failures }

    /// Notes that the child became ready.
    package mutating func becameReady(at instant: Duration) { readySince = instant }

    /// Notes that the child ended without being asked, and says what to do.
    ///
    /// - Parameters:
    ///   - instant: when.
    ///   - random: a uniform number in 0…1 that places the delay within the policy's jitter.
    package mutating func exited(at instant: Duration, random: Double) -> RestartDecision {
        defer { readySince = nil }
        guard policy.isEnabled else { return .leaveDown }
        if let readySince, instant - readySince >= policy.healthyAfter {
            backoff.succeed()
            recentCrashes.removeAll()
        }
        let delay = backoff.fail(random: random)
        recentCrashes.removeAll { instant - $0 >= policy.crashWindow }
        recentCrashes.append(instant)
        guard recentCrashes.count < policy.crashLimit else { return .park(crashes: recentCrashes.count) }
        return .restart(after: delay)
    }
}

/// What to do about a child that ended without being asked.
package enum RestartDecision: Sendable, Hashable {
    /// Start the child again after the delay.
    case restart(after: Duration)
    /// Start the child again only after the policy's `parkedRetry`, because it crashed so often within the window.
    case park(crashes: Int)
    /// Leave the child down, because the policy restarts nothing.
    case leaveDown
}
