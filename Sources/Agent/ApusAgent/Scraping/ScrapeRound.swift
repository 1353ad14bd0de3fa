import AgentMetrics
import NIOCore

/// What one scrape waits for: pages that are being fetched. Belongs to the event loop of the fetches.
final class ScrapeRound {
    /// When it waits no longer: CLOCK_MONOTONIC in nanoseconds.
    let endsAt: UInt64
    private var pending: Set<InstanceIdentity> = []
    private var timer: Scheduled<Void>?
    private var then: (@Sendable (Set<InstanceIdentity>) -> Void)?

    /// - Parameters:
    ///   - endsAt: CLOCK_MONOTONIC in nanoseconds.
    ///   - then: is called once, with the instances whose pages were not there in time.
    init(endsAt: UInt64, then: @escaping @Sendable (Set<InstanceIdentity>) -> Void) {
        self.endsAt = endsAt
        self.then = then
    }

    func wait(for identity: InstanceIdentity) { pending.insert(identity) }

    /// Takes note that nothing more will be waited for.
    func begin(atMost leave: Duration, on loop: any EventLoop) {
        guard !pending.isEmpty else { return end() }
        let bound = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(in: TimeAmount(leave)) { bound.value.end() }
    }

    /// A page is there, or will not be.
    func settle(_ identity: InstanceIdentity) {
        if pending.remove(identity) != nil, pending.isEmpty { end() }
    }

    /// Waits no longer.
    func end() {
        timer?.cancel()
        let then = then
        self.then = nil
        then?(pending)
    }
}
