import NotificationStore
import Synchronization

/// The real store behind a door: questions for a notification are counted, and held while it is shut.
final class WrappedStore: NotificationStore {
    private let store: any NotificationStore
    private let state = Mutex((asked: 0, waiting: 0, isShut: false))

    init(_ store: any NotificationStore) { self.store = store }

    var asked: Int { state.withLock(\.asked) }
    /// Questions that are held at this moment.
    var waiting: Int { state.withLock(\.waiting) }
    func shut(_ isShut: Bool) { state.withLock { $0.isShut = isShut } }

    func notification(_ id: NotificationID) async throws(StoreError) -> NotificationRecord? {
        state.withLock {
            $0.asked += 1
            $0.waiting += 1
        }
        defer { state.withLock { $0.waiting -= 1 } }
        while state.withLock(\.isShut) { try? await Task.sleep(for: .milliseconds(5)) }
        return try await store.notification(id)
    }

    func enqueue(
        _ notifications: [NewNotification], idempotency: IdempotencyKey?
    ) async throws(StoreError) -> EnqueueResult { try await store.enqueue(notifications, idempotency: idempotency) }

    func claim(limit: Int, owner: String, lease: Duration) async throws(StoreError) -> Claim {
        try await store.claim(limit: limit, owner: owner, lease: lease)
    }

    func record(_ outcomes: [AttemptOutcome]) async throws(StoreError) -> [NotificationID] { try await store.record(outcomes) }

    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [Lease] {
        try await store.renew(leases, for: duration)
    }

    func release(_ leases: [Lease]) async throws(StoreError) -> Int { try await store.release(leases) }

    func releaseAll(ownerPrefix: String) async throws(StoreError) -> Int {
        try await store.releaseAll(ownerPrefix: ownerPrefix)
    }

    func queueDepth() async throws(StoreError) -> QueueDepth { try await store.queueDepth() }

    func counts() async throws(StoreError) -> StoreCounts { try await store.counts() }

    var connections: ConnectionCounts { store.connections }

    func observeWaits(_ observer: @escaping @Sendable (Duration) -> Void) { store.observeWaits(observer) }

    func close() async { await store.close() }
}
