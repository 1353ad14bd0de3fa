package import NotificationStore

extension NewNotification {
    package static func sample(_ title: String = "Title", deliverAt: Instant? = nil) -> Self {
        Self(userID: "user-1", channel: .log, title: title, body: "Body", deliverAt: deliverAt)
    }

    package static func webhook(_ title: String, to url: String) -> Self {
        Self(userID: "user-1", channel: .webhook, title: title, body: "Body", webhookURL: url)
    }

    package static func samples(_ count: Int) -> [Self] { (0..<count).map { sample("\($0)") } }
}

extension [NewNotification] {
    package static func samples(_ count: Int) -> Self { NewNotification.samples(count) }
}

extension ClaimedNotification {
    package func outcome(_ result: AttemptOutcome.Result) -> AttemptOutcome {
        AttemptOutcome(lease: lease, result: result, startedAt: TestClock.start, duration: .milliseconds(12))
    }
}

extension Claim {
    package var ids: [NotificationID] { notifications.map(\.notification.id) }
    package var leases: [Lease] { notifications.map(\.lease) }
    package var titles: [String] { notifications.map(\.notification.title) }
}

extension NotificationStore {
    package func add(_ notifications: [NewNotification]) async throws {
        _ = try await enqueue(notifications, idempotency: nil)
    }

    package func claim(_ limit: Int = 50, by owner: String = "host-1-a") async throws -> Claim {
        try await claim(limit: limit, owner: owner, lease: .seconds(30))
    }

    /// Claims one whose workers died.
    package func claimSuspect(by owner: String = "host-1-a", excluding excluded: [Destination] = []) async throws -> Claim {
        try await claim(
            ClaimRequest(limit: 1, owner: owner, lease: .seconds(30), kind: .suspect, excluding: excluded))
    }
}

struct Missing: Error {}

package func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}
