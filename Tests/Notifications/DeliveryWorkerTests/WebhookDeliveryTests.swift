import ApusMetrics
import DeliveryWorker
import HTTPTypes
import HostTesting
import Hummingbird
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

@Suite struct WebhookDeliveryTests {
    private let webhook = ChannelLabels(channel: .webhook)

    private func failures(_ reason: FailureClass) -> DeliveryFailureLabels {
        DeliveryFailureLabels(channel: .webhook, reason: reason)
    }

    private func now() -> Instant { Instant.realtime() }

    @Test func `a notification is delivered once, as JSON with the headers of Standard Webhooks, and recorded`() async throws {
        try await withStore { store in
            try await Receiver.run { receiver, url in
                let id = try await store.enqueueWebhooks(to: "\(url)/hooks/1")[0]
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    try await eventually("delivered") { try await store.record(of: id).status == .delivered }
                }
                let received = try #require(receiver.webhooks.first)
                #expect(receiver.webhooks.count == 1)
                #expect(received.path == "/hooks/1")
                #expect(received.id == id.description)
                #expect(received.header("content-type") == "application/json")
                // Not every receiver reads chunks.
                #expect(received.header("content-length") == "\(received.body.utf8.count)")
                #expect(received.header("transfer-encoding") == nil)
                let timestamp = try #require(received.header("webhook-timestamp").flatMap { Int64($0) })
                #expect(abs(timestamp - now().milliseconds / 1000) < 60)
                #expect(received.body == #"{"body":"Body","id":"\#(id)","title":"Title 0","userId":"user-0"}"#)
                #expect(try await store.record(of: id).attempts == 1)
                #expect(test.metrics.value(Notifications.delivered, webhook) == 1)
                #expect(test.metrics.value(Notifications.claimed) == 1)
                #expect(test.metrics.value(Notifications.attemptDuration, webhook) == 1)
                #expect(test.metrics.value(Notifications.pickupDelay) == 1)
            }
        }
    }

    @Test func `every series is there before anything happens`() async throws {
        try await withStore { store in
            let metrics = WorkerUnderTest(store).metrics
            for channel in Channel.allCases {
                let labels = ChannelLabels(channel: channel)
                #expect(metrics.value(Notifications.delivered, labels) == 0)
                #expect(metrics.value(Notifications.dead, labels) == 0)
                #expect(metrics.value(Notifications.attemptDuration, labels) == 0)
                for reason in FailureClass.allCases {
                    #expect(metrics.value(Notifications.failures, DeliveryFailureLabels(channel: channel, reason: reason)) == 0)
                }
            }
            for counter in [Notifications.claimed, Notifications.released, Notifications.lostLeases, Notifications.reclaimed] {
                #expect(metrics.value(counter) == 0, "\(counter.name)")
            }
            #expect(metrics.value(Notifications.pickupDelay) == 0)
        }
    }

    @Test func `an attempt that fails with 500 is due again when the schedule says`() async throws {
        try await withStore { store in
            try await Receiver.run(answer: { _ in Response(status: .internalServerError) }) { receiver, url in
                let id = try await store.enqueueWebhooks(to: url)[0]
                let test = WorkerUnderTest(store)
                let before = now()
                try await test.run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                let record = try await store.record(of: id)
                #expect(record.status == .pending)
                #expect(record.lockedBy == nil)
                #expect(record.lastError == "HTTP 500 Internal Server Error")
                #expect((before + .seconds(30)...now() + .seconds(30)).contains(record.dueAt))
                #expect(receiver.webhooks.count == 1)
                #expect(test.metrics.value(Notifications.failures, failures(.transient)) == 1)
                #expect(test.metrics.value(Notifications.delivered, webhook) == 0)
                #expect(test.metrics.value(Notifications.dead, webhook) == 0)
            }
        }
    }

    @Test func `an attempt follows another under the same id, and the last one ends it`() async throws {
        try await withStore { store in
            try await Receiver.run(answer: { _ in Response(status: .badGateway) }) { receiver, url in
                let id = try await store.enqueueWebhooks(to: url)[0]
                let test = WorkerUnderTest(store) {
                    $0.retries = RetrySchedule(delays: [.milliseconds(20), .milliseconds(20)], jitter: 0)
                }
                try await test.run { _ in
                    try await eventually("dead") { try await store.record(of: id).status == .dead }
                }
                #expect(receiver.webhooks.map(\.id) == Array(repeating: id.description, count: 3))
                #expect(Set(receiver.webhooks.map(\.body)).count == 1)
                let record = try await store.record(of: id)
                #expect(record.attempts == 3)
                #expect(record.lastError == "given up after 3 attempts: HTTP 502 Bad Gateway")
                #expect(test.metrics.value(Notifications.failures, failures(.transient)) == 3)
                #expect(test.metrics.value(Notifications.dead, webhook) == 1)
            }
        }
    }

    @Test("a permanent failure ends it after one attempt", arguments: [400, 404, 410, 302])
    func permanent(status: Int) async throws {
        try await withStore { store in
            let answer: Receiver.Answer = { request in
                // Followed, a redirect would arrive at /elsewhere.
                Response(status: .init(code: status), headers: [.location: "/elsewhere"])
            }
            try await Receiver.run(answer: answer) { receiver, url in
                let id = try await store.enqueueWebhooks(to: "\(url)/here")[0]
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    try await eventually("dead") { try await store.record(of: id).status == .dead }
                }
                #expect(receiver.webhooks.map(\.path) == ["/here"])
                #expect(try await store.record(of: id).attempts == 1)
                #expect(test.metrics.value(Notifications.failures, failures(.permanent)) == 1)
                #expect(test.metrics.value(Notifications.dead, webhook) == 1)
            }
        }
    }

    @Test func `a receiver that asks for patience is left alone so long`() async throws {
        try await withStore { store in
            let answer: Receiver.Answer = { _ in Response(status: .tooManyRequests, headers: [.retryAfter: "600"]) }
            try await Receiver.run(answer: answer) { _, url in
                let id = try await store.enqueueWebhooks(to: url)[0]
                let test = WorkerUnderTest(store)
                let before = now()
                try await test.run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                let record = try await store.record(of: id)
                #expect(record.status == .pending)
                #expect((before + .seconds(600)...now() + .seconds(600)).contains(record.dueAt))
                #expect(test.metrics.value(Notifications.failures, failures(.throttled)) == 1)
            }
        }
    }

    @Test func `a receiver that does not answer in time is a transient failure`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { _ in
                await gate.wait()
                return Response(status: .ok)
            }
            try await Receiver.run(answer: answer) { _, url in
                defer { gate.open() }
                let id = try await store.enqueueWebhooks(to: url)[0]
                let test = WorkerUnderTest(store) { $0.attemptTimeout = .milliseconds(100) }
                try await test.run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                let record = try await store.record(of: id)
                #expect(record.status == .pending)
                #expect(record.lastError == "no answer within 0.1 seconds")
                #expect(test.metrics.value(Notifications.failures, failures(.transient)) == 1)
            }
        }
    }

    @Test func `an answer whose body never ends is a delivery all the same`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { _ in
                Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        try await writer.write(ByteBuffer(string: "the beginning of "))
                        await gate.wait()
                        try await writer.finish(nil)
                    })
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                let id = try await store.enqueueWebhooks(to: url)[0]
                try await WorkerUnderTest(store) { $0.attemptTimeout = .milliseconds(200) }.run { _ in
                    try await eventually("delivered") { try await store.record(of: id).status == .delivered }
                }
                #expect(receiver.webhooks.count == 1)
            }
        }
    }

    @Test func `a refused connection is a transient failure, told at once`() async throws {
        try await withStore { store in
            // A port on which something listened a moment ago, and nothing does now.
            let url = try await Receiver.run { _, url in url }
            let id = try await store.enqueueWebhooks(to: url)[0]
            let test = WorkerUnderTest(store) { $0.attemptTimeout = .seconds(120) }
            let start = ContinuousClock.now
            try await test.run { _ in
                try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
            }
            let record = try await store.record(of: id)
            #expect(record.status == .pending)
            #expect(record.lastError?.contains("nothing listens") == true, "\(record.lastError ?? "")")
            #expect(test.metrics.value(Notifications.failures, failures(.transient)) == 1)
            #expect(ContinuousClock.now - start < .seconds(60), "it did not take the whole timeout")
        }
    }

    @Test(
        "a URL that leads to no host is given up",
        arguments: ["http+unix://%2Frun%2Fsocket/", "ftp://127.0.0.1/", "http:///path", "no URL"])
    func wrongURLs(url: String) async throws {
        try await withStore { store in
            let id = try await store.enqueueWebhooks(to: url)[0]
            let test = WorkerUnderTest(store)
            try await test.run { _ in
                try await eventually("dead") { try await store.record(of: id).status == .dead }
            }
            #expect(try await store.record(of: id).attempts == 1)
            #expect(test.metrics.value(Notifications.failures, failures(.permanent)) == 1)
        }
    }

    @Test func `one receiver that hangs holds no other up`() async throws {
        try await withStore { store in
            let gate = Gate()
            let answer: Receiver.Answer = { webhook in
                if webhook.path == "/slow" { await gate.wait() }
                return Response(status: .noContent)
            }
            try await Receiver.run(answer: answer) { receiver, url in
                defer { gate.open() }
                let slow = try await store.enqueueWebhooks(to: "\(url)/slow")[0]
                _ = try await store.enqueueWebhooks(60, to: "\(url)/fast")
                let test = WorkerUnderTest(store) {
                    $0.batchSize = 10
                    $0.concurrency = 4
                }
                try await test.run { _ in
                    try await eventually("the others are delivered") { try await store.counts().delivered == 60 }
                    #expect(try await store.record(of: slow).status == .processing)
                    gate.open()
                    try await eventually("all are") { try await store.counts().delivered == 61 }
                }
                #expect(receiver.arrivals.count == 61)
                #expect(receiver.arrivals.values.allSatisfy { $0 == 1 })
            }
        }
    }
}
