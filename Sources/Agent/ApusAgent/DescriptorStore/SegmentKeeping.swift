import ApusLimits
import ServiceLifecycle

/// Tells the service manager once a second which segments to keep and to forget, and at a stop of the agent all that is left.
///
/// It is the only one that does, so that no report and no scrape waits for a manager that is busy.
final class SegmentKeeping: Service {
    private let store: SegmentStore
    private let table: InstanceTable
    private let clock: AgentClock

    init(store: SegmentStore, table: InstanceTable, clock: AgentClock) {
        self.store = store
        self.table = table
        self.clock = clock
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                store.turn(table.storages, at: clock.now())
                // Cancelled: the loop's condition ends it.
                try? await Task.sleep(for: .seconds(1))
            }
        }
        let end = ContinuousClock.now + DescriptorStoreLimits.stop.value
        while store.finish(table.storages, at: clock.now()), ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
