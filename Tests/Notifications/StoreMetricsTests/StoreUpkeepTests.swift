import HostTesting
import Logging
import NotificationMetrics
import NotificationStore
import NotificationTesting
import StoreMetrics
import Testing

@Suite struct StoreUpkeepTests {
    private func deliver(_ count: Int, _ store: any NotificationStore) async throws {
        _ = try await store.enqueueWebhooks(count, to: "http://127.0.0.1:1")
        let claim = try await store.claim(limit: count, owner: "host-1-a", lease: .seconds(300))
        let outcomes = claim.notifications.map {
            AttemptOutcome(lease: $0.lease, result: .delivered, startedAt: .realtime(), duration: .zero)
        }
        #expect(try await store.record(outcomes).isEmpty)
    }

    private func upkeep(_ store: any NotificationStore, leastRoom: Int, _ metrics: RecordedMetrics) -> StoreUpkeep {
        StoreUpkeep(
            store: store, retention: Retention(delivered: .seconds(7 * 86_400), dead: nil), window: 500, largestLog: 16 << 20,
            leastRoom: leastRoom,
            shortest: .milliseconds(1), interval: .milliseconds(5), factory: metrics, logger: quietLogger)
    }

    @Test func `what was delivered makes room on a disk that is nearly full, and stays on one that is not`() async throws {
        try await withStore { store in
            try await deliver(5, store)
            let metrics = RecordedMetrics()
            try await withServices([upkeep(store, leastRoom: .min, metrics)]) { _ in
                try await eventually("it has turned") { (metrics.value(Notifications.storeBytes) ?? 0) > 0 }
            }
            #expect(try await store.counts().delivered == 5)
            try await withServices([upkeep(store, leastRoom: .max, metrics)]) { _ in
                try await eventually("all are removed") { try await store.counts().delivered == 0 }
            }
            #expect(metrics.value(Notifications.removed) == 5)
        }
    }
}
