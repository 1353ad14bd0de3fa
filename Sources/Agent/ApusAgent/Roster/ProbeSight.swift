import AgentMetrics
import ApusProbes

/// How a probe is at a moment, in times of the wall clock, for those who show it.
struct ProbeSight: Sendable {
    let identity: InstanceIdentity
    let kind: ProbeKind
    /// What tells it from others of its kind and identity; `nil` where it needs none.
    let name: String?
    /// `nil` before the first attempt.
    let isUp: Bool?
    /// Since when it is up or down, in seconds since the Unix epoch; of one that is not asked any more, since its last attempt. `nil` before the
    /// first one.
    let since: Double?
    /// Seconds that the last attempt took.
    let duration: Double?
    /// When the last answer came, and when the last attempt ended, in seconds since the Unix epoch.
    let answeredAt: Double?
    let attemptedAt: Double?
    /// Attempts without an answer.
    let failures: UInt64
    let lastFailure: ProbeFailure?
}

extension ProbeSight {
    init(_ standing: ProbeStanding, at now: Moment) {
        func time(_ nanoseconds: UInt64) -> Double { now.realtime - now.seconds(since: nanoseconds) }
        self.init(
            identity: standing.declaration.identity, kind: standing.declaration.target.kind, name: standing.declaration.name,
            isUp: standing.isUp,
            since: standing.isUp == nil ? nil : time(standing.isOverdue ? standing.endedAt : standing.changedAt),
            duration: standing.duration, answeredAt: standing.answeredAt.map(time),
            // Before the first attempt that is when the probe was set.
            attemptedAt: standing.isUp == nil ? nil : time(standing.endedAt),
            failures: standing.failures.values.reduce(0, +), lastFailure: standing.lastFailure)
    }
}
