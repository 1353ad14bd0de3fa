import ApusMetrics
import DeliveryWorker
import HostTesting
import Hummingbird
import Logging
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

@Suite struct LeaseTests {
    private let webhook = ChannelLabels(channel: .webhook)

    @Test func `an outcome is not recorded when another owner has taken the lease over`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { _ in
                await gate.wait()
                return Response(status: .noContent)
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                let id = try await store.enqueueWebhooks(to: url)[0]
                // It looks at the queue once, so that what is freed below goes to the other.
                let test = WorkerUnderTest(store) { $0.pollInterval = .seconds(3600) }
                try await test.run { _ in
                    try await eventually("the attempt is under way") { receiver.webhooks.count == 1 }
                    #expect(try await store.releaseAll(ownerPrefix: test.worker.owner) == 1)
                    let claim = try await store.claim(
                        ClaimRequest(limit: 1, owner: "another", lease: .seconds(300), kind: .suspect))
                    #expect(claim.notifications.map(\.notification.id) == [id])
                    gate.open()
                    try await eventually("the loss is counted") { test.metrics.value(Notifications.lostLeases) == 1 }
                }
                let record = try await store.record(of: id)
                #expect(record.status == .processing)
                #expect(record.lockedBy == "another")
                #expect(record.attempts == 0)
                #expect(test.metrics.value(Notifications.delivered, webhook) == 0)
                #expect(test.metrics.value(Notifications.lostLeases) == 1)
            }
        }
    }

    @Test func `an attempt that outlasts its lease keeps it by renewing`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { _ in
                await gate.wait()
                return Response(status: .noContent)
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                let ids = try await store.enqueueWebhooks(2, to: url)
                // The second waits for the first's slot, and both for the receiver, longer than a lease.
                let test = WorkerUnderTest(store) {
                    $0.lease = .seconds(2)
                    $0.concurrency = 1
                }
                try await test.run { _ in
                    try await eventually("the first attempt is under way") { receiver.webhooks.count == 1 }
                    let first = try #require(try await store.record(of: ids[1]).lockExpiry)
                    try await eventually("the lease of the one that waits is renewed") {
                        try await store.record(of: ids[1]).lockExpiry.map { $0 > first } ?? false
                    }
                    #expect(try await store.record(of: ids[1]).lockedBy == test.worker.owner)
                    gate.open()
                    try await eventually("both are delivered") { try await store.counts().delivered == 2 }
                }
                #expect(test.metrics.value(Notifications.lostLeases) == 0)
                #expect(test.metrics.value(Notifications.reclaimed) == 0)
            }
        }
    }

    @Test func `the leases of a worker that is gone are taken back when they end`() async throws {
        try await withStore { store in
            try await Receiver.run { receiver, url in
                let id = try await store.enqueueWebhooks(to: url)[0]
                #expect(try await store.claim(limit: 1, owner: "gone", lease: .milliseconds(200)).notifications.count == 1)
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    try await eventually("delivered") { try await store.record(of: id).status == .delivered }
                }
                #expect(receiver.arrivals == [id.description: 1])
                #expect(test.metrics.value(Notifications.reclaimed) == 1)
                #expect(try await store.record(of: id).attempts == 1, "a crash is not an attempt")
            }
        }
    }

    @Test func `a notification that three workers died with is dead, counted and told, and the others are delivered`()
        async throws
    {
        try await withStore { store in
            try await Receiver.run { receiver, url in
                let ids = try await store.enqueueWebhooks(3, to: url)
                _ = try await store.claim(limit: 1, owner: "gone-", lease: .seconds(300))
                for _ in 1..<3 {
                    #expect(try await store.releaseAll(ownerPrefix: "gone-") == 1)
                    _ = try await store.claim(ClaimRequest(limit: 1, owner: "gone-", lease: .seconds(300), kind: .suspect))
                }
                #expect(try await store.releaseAll(ownerPrefix: "gone-") == 1)
                let lines = LogLines()
                let test = WorkerUnderTest(store, logger: lines.logger(level: .info))
                try await test.run { _ in
                    try await eventually("delivered") { try await store.counts().delivered == 2 }
                }
                let record = try await store.record(of: ids[0])
                #expect(record.status == .dead)
                #expect(record.attempts == 0)
                #expect(test.metrics.value(Notifications.dead, webhook) == 1)
                #expect(receiver.arrivals[ids[0].description] == nil)
                #expect(lines.all.contains { $0.level == .error && $0.metadata["id"] == ids[0].description })
            }
        }
    }

    @Test func `two workers on one file deliver five hundred notifications each exactly once`() async throws {
        let folder = try StoreFolder()
        let stores = [try folder.open(), try folder.open()]
        try await Receiver.run { receiver, url in
            let ids = try await stores[0].enqueueWebhooks(500, to: url)
            let tests = stores.map { WorkerUnderTest($0) }
            try await withServices(tests.map(\.worker)) { _ in
                try await eventually("all are delivered", within: .seconds(60)) {
                    try await stores[0].counts().delivered == 500
                }
            }
            #expect(receiver.arrivals == Dictionary(uniqueKeysWithValues: ids.map { ($0.description, 1) }))
            let delivered = tests.compactMap { $0.metrics.value(Notifications.delivered, webhook) }
            #expect(delivered.count == 2 && delivered.allSatisfy { $0 > 0 }, "\(delivered): both worked")
            let counts = try await stores[0].counts()
            #expect(delivered.reduce(0, +) == Double(counts.delivered))
            #expect(counts.attempts == 500)
            #expect(tests.compactMap { $0.metrics.value(Notifications.claimed) }.reduce(0, +) == 500)
            #expect(tests.allSatisfy { $0.metrics.value(Notifications.lostLeases) == 0 })
        }
        for store in stores { await store.close() }
    }
}
