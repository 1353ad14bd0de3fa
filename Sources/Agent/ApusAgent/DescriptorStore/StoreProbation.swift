import ApusLimits
import ServiceLifecycle

/// Has the service manager forget the mark over what was taken back once that has been served without harm.
final class StoreProbation: Service {
    private let store: SegmentStore
    private let work: AgentWork

    init(_ store: SegmentStore, work: AgentWork) {
        self.store = store
        self.work = work
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let end = ContinuousClock.now + SeriesLimits.probation.value
            while !Task.isCancelled, self.work.totals.scrapes == 0, ContinuousClock.now < end {
                // Cancelled: the loop's condition ends it.
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
        store.settle()
        // The end of a service would end the agent.
        try? await gracefulShutdown()
    }
}
