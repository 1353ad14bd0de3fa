import ApusMetrics
import DeliveryWorker
import HostTesting
import Logging
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Synchronization
import Testing

@Suite struct LogChannelTests {
    @Test func `a notification to the log is one line that its text cannot break, at any log level`() async throws {
        try await withStore { store in
            let notification = NewNotification(
                userID: "user-1", channel: .log, title: "Hello", body: "first\nsecond \"quoted\" \u{1B}[31m")
            _ = try await store.enqueue([notification], idempotency: nil)
            let lines = LogLines()
            let test = WorkerUnderTest(store, logger: lines.logger(level: .error))
            try await test.run { _ in
                try await eventually("delivered") { try await store.record(of: notification.id).status == .delivered }
            }
            let line = try #require(lines.all.first)
            #expect(lines.all.count == 1)
            #expect(line.message == "notification")
            #expect(line.metadata["id"] == notification.id.description)
            #expect(line.metadata["user"] == #""user-1""#)
            #expect(line.metadata["title"] == #""Hello""#)
            #expect(line.metadata["body"] == #""first\nsecond \"quoted\" \u{1B}[31m""#)
            #expect(test.metrics.value(Notifications.delivered, ChannelLabels(channel: .log)) == 1)
        }
    }

    @Test func `a line that is lost is a failed attempt, and is written again`() async throws {
        try await withStore { store in
            let notification = NewNotification(userID: "user-1", channel: .log, title: "Hello", body: "There")
            _ = try await store.enqueue([notification], idempotency: nil)
            let lost = Mutex<UInt64>(0)
            // The first line is lost.
            let losses = LineLosses(
                lost: {
                    lost.withLock {
                        if $0 < 2 { $0 += 1 }
                        return $0
                    }
                }, waiting: { 0 })
            let test = WorkerUnderTest(store, losses: losses) {
                $0.retries = RetrySchedule(delays: [.milliseconds(50)], jitter: 0)
            }
            try await test.run { _ in
                try await eventually("delivered") { try await store.record(of: notification.id).status == .delivered }
            }
            let record = try await store.record(of: notification.id)
            #expect(record.attempts == 2)
            #expect(record.lastError == "the worker's log lost lines: nobody reads it")
            let labels = DeliveryFailureLabels(channel: .log, reason: .transient)
            #expect(test.metrics.value(Notifications.failures, labels) == 1)
        }
    }

    @Test func `a line that waits for the journal is not delivered yet`() async throws {
        try await withStore { store in
            let notification = NewNotification(userID: "user-1", channel: .log, title: "Hello", body: "There")
            _ = try await store.enqueue([notification], idempotency: nil)
            let looks = Mutex(0)
            let losses = LineLosses(
                lost: { 0 },
                waiting: {
                    looks.withLock {
                        $0 += 1
                        return $0 < 4 ? 1 : 0
                    }
                })
            let test = WorkerUnderTest(store, losses: losses)
            try await test.run { _ in
                try await eventually("delivered") { try await store.record(of: notification.id).status == .delivered }
            }
            #expect(looks.withLock { $0 } >= 4)
        }
    }
}

@Suite struct `Lines about attempts` {
    @Test func `are a few for each site, however many fail there`() async throws {
        try await withStore { store in
            try await RawReceiver.run(answer: { _ in .bytes("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n") }) { _, port in
                let ids = try await store.enqueueWebhooks(200, to: "http://127.0.0.1:\(port)/")
                let lines = LogLines()
                let test = WorkerUnderTest(store, logger: lines.logger(level: .info))
                try await test.run { _ in
                    try await eventually("all are dead") { try await store.counts().dead == ids.count }
                }
                let told = lines.all.filter { $0.message == "a notification is given up" }
                #expect((1...6).contains(told.count))
                #expect(told.allSatisfy { $0.metadata["destination"] == "http://127.0.0.1:\(port)" })
            }
        }
    }
}
