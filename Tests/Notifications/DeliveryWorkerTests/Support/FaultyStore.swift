import NotificationStore
import Synchronization

/// A store that refuses chosen requests for a while, around one that does the work.
final class FaultyStore: NotificationStore {
    enum Request: CaseIterable { case claim, record, renew, release, depth }

    private let store: any NotificationStore
    private let faults: Mutex<Set<Request>>
    private let refused = Mutex<[Request: Int]>([:])
    private let gate: Gate?

    /// - Parameter gate: holds claims until it is opened.
    init(_ store: any NotificationStore, refusing faults: Set<Request>, holdingClaims gate: Gate? = nil) {
        self.store = store
        self.gate = gate
        self.faults = Mutex(faults)
    }

    func refuse(_ requests: Set<Request>) { faults.withLock { $0 = requests } }

    func refusals(_ request: Request) -> Int { refused.withLock { $0[request] ?? 0 } }

    private func pass(_ request: Request) throws(StoreError) {
        guard faults.withLock({ $0.contains(request) }) else { return }
        refused.withLock { $0[request, default: 0] += 1 }
        throw .busy(reason: "the test says so")
    }

    func enqueue(
        _ notifications: [NewNotification], idempotency: IdempotencyKey?
    ) async throws(StoreError) -> EnqueueResult {
        try await store.enqueue(notifications, idempotency: idempotency)
    }

    func notification(_ id: NotificationID) async throws(StoreError) -> NotificationRecord? { try await store.notification(id) }

    func claim(limit: Int, owner: String, lease: Duration) async throws(StoreError) -> Claim {
        await gate?.wait()
        try pass(.claim)
        return try await store.claim(limit: limit, owner: owner, lease: lease)
    }

    func record(_ outcomes: [AttemptOutcome]) async throws(StoreError) -> [NotificationID] {
        try pass(.record)
        return try await store.record(outcomes)
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [Lease] {
        try pass(.renew)
        return try await store.renew(leases, for: duration)
    }

    func release(_ leases: [Lease]) async throws(StoreError) -> Int {
        try pass(.release)
        return try await store.release(leases)
    }

    func releaseAll(ownerPrefix: String) async throws(StoreError) -> Int {
        try await store.releaseAll(ownerPrefix: ownerPrefix)
    }

    func queueDepth() async throws(StoreError) -> QueueDepth {
        try pass(.depth)
        return try await store.queueDepth()
    }

    func counts() async throws(StoreError) -> StoreCounts { try await store.counts() }

    var connections: ConnectionCounts { store.connections }

    func observeWaits(_ observer: @escaping @Sendable (Duration) -> Void) { store.observeWaits(observer) }

    func close() async { await store.close() }
}
