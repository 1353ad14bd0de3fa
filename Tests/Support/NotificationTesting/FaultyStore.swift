package import NotificationStore
import Synchronization

/// A store that refuses or holds chosen requests, around one that does the work, and counts what it is asked.
package final class FaultyStore: NotificationStore {
    package enum Request: CaseIterable, Sendable { case enqueue, claim, record, renew, release, depth, ping }

    private struct State {
        var refused: Set<Request>
        var gates: [Request: Gate]
        var asked: [Request: Int] = [:]
        var refusals: [Request: Int] = [:]
        var waiting: [Request: Int] = [:]
    }

    private let store: any NotificationStore
    private let state: Mutex<State>

    package init(_ store: any NotificationStore, refusing refused: Set<Request> = [], holding held: Set<Request> = []) {
        self.store = store
        state = Mutex(State(refused: refused, gates: Self.gates(held)))
    }

    /// Refuses these requests from now on, and no others.
    package func refuse(_ requests: Set<Request>) { state.withLock { $0.refused = requests } }

    /// Holds these requests from now on, and lets go of all that were held.
    package func hold(_ requests: Set<Request>) {
        let gates = state.withLock { state in
            defer { state.gates = Self.gates(requests) }
            return state.gates.values
        }
        for gate in gates { gate.open() }
    }

    package func asked(_ request: Request) -> Int { state.withLock { $0.asked[request] ?? 0 } }

    package func refusals(_ request: Request) -> Int { state.withLock { $0.refusals[request] ?? 0 } }

    /// How many requests are held at this moment.
    package func waiting(_ request: Request) -> Int { state.withLock { $0.waiting[request] ?? 0 } }

    private static func gates(_ requests: Set<Request>) -> [Request: Gate] {
        Dictionary(uniqueKeysWithValues: requests.map { ($0, Gate()) })
    }

    private func pass(_ request: Request) async throws(StoreError) {
        let gate = state.withLock { state in
            state.asked[request, default: 0] += 1
            if state.gates[request] != nil { state.waiting[request, default: 0] += 1 }
            return state.gates[request]
        }
        if let gate {
            await gate.wait()
            state.withLock { $0.waiting[request, default: 0] -= 1 }
        }
        let isRefused = state.withLock { state in
            let isRefused = state.refused.contains(request)
            if isRefused { state.refusals[request, default: 0] += 1 }
            return isRefused
        }
        if isRefused { throw .busy(reason: "the test says so") }
    }

    package func enqueue(
        _ notifications: [NewNotification], idempotency: IdempotencyKey?
    ) async throws(StoreError) -> EnqueueResult {
        try await pass(.enqueue)
        return try await store.enqueue(notifications, idempotency: idempotency)
    }

    package func notification(_ id: NotificationID) async throws(StoreError) -> NotificationRecord? {
        try await store.notification(id)
    }

    package func claim(_ request: ClaimRequest) async throws(StoreError) -> Claim {
        try await pass(.claim)
        return try await store.claim(request)
    }

    package func record(_ outcomes: [AttemptOutcome]) async throws(StoreError) -> [NotificationID] {
        try await pass(.record)
        return try await store.record(outcomes)
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [Lease] {
        try await pass(.renew)
        return try await store.renew(leases, for: duration)
    }

    package func release(_ leases: [Lease]) async throws(StoreError) -> Int {
        try await pass(.release)
        return try await store.release(leases)
    }

    package func releaseAll(ownerPrefix: String) async throws(StoreError) -> Int {
        try await store.releaseAll(ownerPrefix: ownerPrefix)
    }

    package func queueDepth() async throws(StoreError) -> QueueDepth {
        try await pass(.depth)
        return try await store.queueDepth()
    }

    package func counts() async throws(StoreError) -> StoreCounts { try await store.counts() }

    package func ping() async throws(StoreError) {
        try await pass(.ping)
        try await store.ping()
    }

    package func beginRemoval(every interval: Duration) async throws(StoreError) -> Bool {
        try await store.beginRemoval(every: interval)
    }

    package func removeEnded(
        _ retention: Retention, from place: Int64, limit: Int
    ) async throws(StoreError) -> Removal {
        try await store.removeEnded(retention, from: place, limit: limit)
    }

    package func tidy(largestLog: Int) async throws(StoreError) -> StoreUsage {
        try await store.tidy(largestLog: largestLog)
    }

    package var connections: ConnectionCounts { store.connections }

    package func observeWaits(_ observer: @escaping @Sendable (Duration) -> Void) { store.observeWaits(observer) }

    package func close() async { await store.close() }
}
