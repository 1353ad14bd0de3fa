/// How a supervisor learns that a child it started does its work.
package struct ReadinessCheck: Sendable {
    /// How long the process must have lived before it is asked at all.
    package var minimumUptime: Duration
    /// The time between two probes.
    package var interval: Duration
    /// The longest time from the start to the first success; a child that takes longer is ended, which counts as a crash.
    package var deadline: Duration
    /// The question whether the child is ready. It is cancelled at the deadline and must honour that.
    package var probe: @Sendable () async -> Bool

    package init(
        minimumUptime: Duration = .zero, interval: Duration = .milliseconds(100), deadline: Duration = .seconds(30),
        probe: @escaping @Sendable () async -> Bool
    ) {
        self.minimumUptime = minimumUptime
        self.interval = interval
        self.deadline = deadline
        self.probe = probe
    }

    /// A check that passes as soon as the process has lived so long, for children that have nothing to ask.
    package static func alive(for uptime: Duration) -> ReadinessCheck {
        ReadinessCheck(minimumUptime: uptime, deadline: uptime + .seconds(10)) { true }
    }

    /// Waits until the child is ready.
    ///
    /// - Returns: `.ready`, `.overdue` at the deadline, or `.abandoned` when the task was cancelled.
    func outcome() async -> ReadinessOutcome {
        await withTaskGroup(of: ReadinessOutcome.self) { group in
            group.addTask {
                do {
                    try await Task.sleep(for: minimumUptime)
                    while await !probe() { try await Task.sleep(for: interval) }
                    return .ready
                } catch {
                    return .abandoned
                }
            }
            group.addTask {
                do {
                    try await Task.sleep(for: deadline)
                    return .overdue
                } catch {
                    return .abandoned
                }
            }
            let first = await group.next() ?? .abandoned
            group.cancelAll()
            return first
        }
    }
}

/// How the wait for a child's readiness ended.
enum ReadinessOutcome: Sendable {
    case ready
    case overdue
    case abandoned
}
