import CLinux
import Logging
import ServiceLifecycle

/// Samples every instance once an interval.
final class SamplingLoop: Service {
    private let table: InstanceTable
    private let work: AgentWork
    private let interval: UInt64

    init(table: InstanceTable, work: AgentWork, interval: Duration) {
        self.table = table
        self.work = work
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var schedule = SamplingSchedule(start: apus_monotonic_nanoseconds(), interval: self.interval)
            while !Task.isCancelled {
                let now = apus_monotonic_nanoseconds()
                self.turn(isLate: schedule.turn(at: now))
                let after = apus_monotonic_nanoseconds()
                guard after < schedule.next else { continue }
                // Cancelled: the loop's condition ends it.
                try? await Task.sleep(for: .nanoseconds(schedule.next - after))
            }
        }
    }

    private func turn(isLate: Bool) {
        let cpu = apus_thread_cpu_nanoseconds()
        for instance in table.instances { instance.tick() }
        table.expire()
        work.countSample(isLate: isLate, cpuNanoseconds: apus_thread_cpu_nanoseconds() - cpu)
    }
}
