import ApusMetrics
import DeliveryWorker
import HostTesting
import Logging
import NotificationMetrics
import NotificationStore
import NotificationTesting
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
}
