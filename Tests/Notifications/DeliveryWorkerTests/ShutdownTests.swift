import ApusMetrics
import DeliveryWorker
import HostTesting
import Hummingbird
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

@Suite struct ShutdownTests {
    private let webhook = ChannelLabels(channel: .webhook)

    @Test func `a graceful stop finishes what has begun and gives the rest back without an attempt`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { _ in
                await gate.wait()
                return Response(status: .noContent)
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                _ = try await store.enqueueWebhooks(10, to: url)
                let test = WorkerUnderTest(store) {
                    $0.concurrency = 2
                    $0.drainLimit = .seconds(60)
                }
                try await test.run { stop in
                    try await eventually("two attempts are under way") { receiver.webhooks.count == 2 }
                    await stop()
                    try await eventually("the others are given back") { try await store.counts().pending == 8 }
                    #expect(try await store.counts().attempts == 0)
                    gate.open()
                }
                let counts = try await store.counts()
                #expect(counts == StoreCounts(pending: 8, processing: 0, delivered: 2, dead: 0, attempts: 2))
                #expect(receiver.webhooks.count == 2)
                #expect(test.metrics.value(Notifications.released) == 8)
                #expect(test.metrics.value(Notifications.delivered, webhook) == 2)
                // Due at once, for whoever comes next.
                #expect(try await store.claim(limit: 50, owner: "next", lease: .seconds(300)).notifications.count == 8)
            }
        }
    }

    @Test func `attempts that do not end in time are cut off and given back without an attempt`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { _ in
                await gate.wait()
                return Response(status: .noContent)
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                _ = try await store.enqueueWebhooks(to: url)
                let test = WorkerUnderTest(store) { $0.drainLimit = .milliseconds(100) }
                try await test.run { stop in
                    try await eventually("the attempt is under way") { receiver.webhooks.count == 1 }
                    await stop()
                }
                let counts = try await store.counts()
                #expect(counts == StoreCounts(pending: 1, processing: 0, delivered: 0, dead: 0, attempts: 0))
                #expect(test.metrics.value(Notifications.released) == 1)
            }
        }
    }

    @Test func `a worker that is cancelled still records and gives back`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { webhook in
                if webhook.path == "/held" { await gate.wait() }
                return Response(status: .noContent)
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                _ = try await store.enqueueWebhooks(to: "\(url)/quick")
                _ = try await store.enqueueWebhooks(2, to: "\(url)/held")
                let test = WorkerUnderTest(store) {
                    // Nothing is written before the end.
                    $0.flushInterval = .seconds(3600)
                }
                let run = Task { try await test.worker.run() }
                try await eventually("one is delivered, two are under way") { receiver.webhooks.count == 3 }
                run.cancel()
                try await run.value
                let counts = try await store.counts()
                #expect(counts == StoreCounts(pending: 2, processing: 0, delivered: 1, dead: 0, attempts: 1))
                #expect(test.metrics.value(Notifications.delivered, webhook) == 1)
                #expect(test.metrics.value(Notifications.released) == 2)
            }
        }
    }

    @Test func `an idle worker stops at once`() async throws {
        try await withStore { store in
            let test = WorkerUnderTest(store) { $0.pollInterval = .seconds(3600) }
            let start = ContinuousClock.now
            try await test.run { _ in }
            // Far from the poll interval; the machine may be slow.
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }
}
