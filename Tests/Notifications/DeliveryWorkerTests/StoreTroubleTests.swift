import ApusMetrics
import DeliveryWorker
import HostTesting
import Hummingbird
import Logging
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

@Suite struct StoreTroubleTests {
    private let webhook = ChannelLabels(channel: .webhook)

    @Test func `a worker outlasts a store that is busy for a while`() async throws {
        try await withStore { store in
            try await Receiver.run { receiver, url in
                _ = try await store.enqueueWebhooks(20, to: url)
                let faulty = FaultyStore(store, refusing: [.claim])
                let test = WorkerUnderTest(faulty)
                try await test.run { _ in
                    try await eventually("it asks again and again") { faulty.refusals(.claim) >= 3 }
                    faulty.refuse([])
                    try await eventually("all are delivered") { try await store.counts().delivered == 20 }
                }
                #expect(receiver.arrivals.values.allSatisfy { $0 == 1 } && receiver.arrivals.count == 20)
                #expect(test.metrics.value(Notifications.delivered, webhook) == 20)
            }
        }
    }

    @Test func `leases that ended while the store took nothing are no deaths of their workers`() async throws {
        try await withStore { store in
            try await Receiver.run { _, url in
                _ = try await store.enqueueWebhooks(5, to: url)
                let claim = try await store.claim(limit: 5, owner: "host-9-living", lease: .milliseconds(1))
                #expect(claim.notifications.count == 5)
                let faulty = FaultyStore(store, refusing: [.claim])
                let lines = LogLines()
                try await WorkerUnderTest(faulty, logger: lines.logger(level: .notice)).run { _ in
                    try await eventually("it asks in vain") { faulty.refusals(.claim) >= 1 }
                    faulty.refuse([])
                    try await eventually("all are delivered") { try await store.counts().delivered == 5 }
                }
                #expect(lines.all.contains { $0.message == "took expired leases back into the queue" })
                #expect(!lines.all.contains { $0.message == "a notification whose workers died is tried alone" })
            }
        }
    }

    @Test func `outcomes that the store did not take are recorded later, and nothing is sent again`() async throws {
        try await withStore { store in
            try await Receiver.run { receiver, url in
                _ = try await store.enqueueWebhooks(200, to: url)
                let faulty = FaultyStore(store, refusing: [.record])
                let test = WorkerUnderTest(faulty) { $0.batchSize = 10 }
                try await test.run { _ in
                    try await eventually("outcomes are refused") { faulty.refusals(.record) >= 3 }
                    #expect(test.metrics.value(Notifications.delivered, webhook) == 0, "counted when it is recorded")
                    #expect(receiver.webhooks.count < 200, "nothing is claimed while outcomes wait")
                    faulty.refuse([])
                    try await eventually("all are delivered") { try await store.counts().delivered == 200 }
                }
                #expect(receiver.arrivals.values.allSatisfy { $0 == 1 } && receiver.arrivals.count == 200)
                #expect(try await store.counts().attempts == 200)
                #expect(test.metrics.value(Notifications.delivered, webhook) == 200)
                #expect(test.metrics.value(Notifications.lostLeases) == 0)
            }
        }
    }

    @Test func `a stop with a store that takes nothing ends in time`() async throws {
        try await withStore { store in
            try await Receiver.run { receiver, url in
                _ = try await store.enqueueWebhooks(to: url)
                let faulty = FaultyStore(store, refusing: [.record, .release])
                let test = WorkerUnderTest(faulty) { $0.drainLimit = .milliseconds(100) }
                let start = ContinuousClock.now
                try await test.run { _ in
                    try await eventually("the outcome is refused") { faulty.refusals(.record) >= 1 }
                }
                #expect(ContinuousClock.now - start < .seconds(60))
                #expect(try await store.counts().processing == 1, "its lease brings it back")
            }
        }
    }
}
