import Synchronization

/// How a worker does at this moment, for whoever watches over it: asked at any time, from any thread.
package final class WorkerPulse: Sendable {
    private let turnCount = Atomic<UInt64>(0)
    private let deliveredCount = Atomic<UInt64>(0)
    private let leasedCount = Atomic<Int>(0)
    private let isStoreFailing = Atomic<Bool>(false)

    package init() {}

    /// The number of turns of the claim loop. It turns with what comes of its requests and attempts, and when one is due: a store that
    /// never answers stops it.
    package var turns: UInt64 { turnCount.load(ordering: .relaxed) }
    /// The number of deliveries that the store has recorded.
    package var delivered: UInt64 { deliveredCount.load(ordering: .relaxed) }
    /// The number of notifications that it holds: not begun, being attempted, or to be recorded.
    package var leased: Int { leasedCount.load(ordering: .relaxed) }
    /// Whether a request to the store failed since the last claim that it took.
    package var isFailing: Bool { isStoreFailing.load(ordering: .relaxed) }

    func turned(leased: Int) {
        turnCount.add(1, ordering: .relaxed)
        leasedCount.store(leased, ordering: .relaxed)
    }

    func countDelivery() { deliveredCount.add(1, ordering: .relaxed) }

    func storeFails(_ isFailing: Bool) { isStoreFailing.store(isFailing, ordering: .relaxed) }
}
