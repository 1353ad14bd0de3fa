import AgentMetrics
import ApusLimits
import CLinux
import Logging
import ServiceLifecycle

/// Samples every instance once an interval.
final class SamplingLoop: Service {
    private let table: InstanceTable
    private let groups: GroupTable?
    private let work: AgentWork
    private let interval: UInt64
    private let clock: AgentClock
    private let logger: Logger
    /// What is done with what was sampled.
    private let sampled: @Sendable (Moment) -> Void
    private let lines = LogThrottle<String>()

    init(
        table: InstanceTable, groups: GroupTable?, work: AgentWork, interval: Duration, clock: AgentClock, logger: Logger,
        sampled: @escaping @Sendable (Moment) -> Void = { _ in }
    ) {
        self.sampled = sampled
        self.table = table
        self.groups = groups
        self.work = work
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var schedule = SamplingSchedule(start: self.clock.now().monotonic, interval: self.interval)
            while !Task.isCancelled {
                let now = self.clock.now()
                self.turn(isLate: schedule.turn(at: now.monotonic), at: now)
                let after = self.clock.now().monotonic
                guard after < schedule.next else { continue }
                // Cancelled: the loop's condition ends it.
                try? await Task.sleep(for: .nanoseconds(schedule.next - after))
            }
        }
    }

    private func turn(isLate: Bool, at now: Moment) {
        let cpu = apus_thread_cpu_nanoseconds()
        let forgotten = table.tick(at: now)
        groups?.tick(at: now)
        let left = table.leaveToGroups(at: now)
        sampled(now)
        work.countSample(isLate: isLate, cpuNanoseconds: apus_thread_cpu_nanoseconds() - cpu, at: now)
        for identity in forgotten { tell(identity) }
        for (identity, reporter) in left { tell(identity, of: reporter) }
    }

    private func tell(_ identity: InstanceIdentity, of reporter: ReportPeer) {
        work.countRefusal(.name)
        guard let omitted = lines.admit(identity.service) else { return }
        logger.warning(
            "what somebody has reported under the name of a group is let go, as the group lives and is of others: give it another name, or expect the name with its user",
            metadata: ["instance": "\(identity)", "reporter": "\(reporter)", "omitted": "\(omitted)"])
    }

    private func tell(_ identity: InstanceIdentity) {
        work.countForgotten()
        guard let omitted = lines.admit(identity.service) else { return }
        logger.warning(
            "an instance that has ended is forgotten early: ended instances of its user took too much memory; expect it, or bound its labels",
            metadata: ["instance": "\(identity)", "omitted": "\(omitted)"])
    }
}
