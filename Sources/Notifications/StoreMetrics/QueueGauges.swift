import AgentMetrics
import ApusReporting
import CoreMetrics
import NotificationMetrics
import NotificationStore

/// The queue as gauges: its depth by state, under the contract's name and the standard one, and the age of its oldest entry.
struct QueueGauges: Sendable {
    private struct Depth: Sendable {
        let contract: CoreMetrics.Meter
        let standard: CoreMetrics.Meter

        init(_ state: QueueState, factory: any MetricsFactory) {
            contract = Contract.queueDepth.handle(QueueStateLabels(state: state), factory: factory)
            standard = Queue.depth.handle(QueueStateLabels(state: state), factory: factory)
        }

        func set(_ count: Int) {
            contract.set(Int64(count))
            standard.set(Int64(count))
        }
    }

    private let pending: Depth
    private let scheduled: Depth
    private let locked: Depth
    private let oldestAge: CoreMetrics.Meter

    init(factory: any MetricsFactory) {
        pending = Depth(.pending, factory: factory)
        scheduled = Depth(.scheduled, factory: factory)
        locked = Depth(.locked, factory: factory)
        oldestAge = Queue.oldestAge.handle(factory: factory)
    }

    func set(_ depth: QueueDepth) {
        pending.set(depth.pending)
        scheduled.set(depth.scheduled)
        locked.set(depth.locked)
        oldestAge.set(depth.oldestAge / .seconds(1))
    }
}
