import NotificationStore

extension NewNotification {
    static func sample(_ title: String = "Title", deliverAt: Instant? = nil) -> Self {
        Self(userID: "user-1", channel: .log, title: title, body: "Body", deliverAt: deliverAt)
    }

    static func samples(_ count: Int) -> [Self] { (0..<count).map { sample("\($0)") } }
}

extension ClaimedNotification {
    func outcome(_ result: AttemptOutcome.Result) -> AttemptOutcome {
        AttemptOutcome(lease: lease, result: result, startedAt: TestClock.start, duration: .milliseconds(12))
    }
}

extension Claim {
    var ids: [NotificationID] { notifications.map(\.notification.id) }
    var leases: [Lease] { notifications.map(\.lease) }
    var titles: [String] { notifications.map(\.notification.title) }
}

extension NotificationStore {
    func add(_ notifications: [NewNotification]) async throws {
        _ = try await enqueue(notifications, idempotency: nil)
    }

    func claim(_ limit: Int = 50, by owner: String = "host-1-a") async throws -> Claim {
        try await claim(limit: limit, owner: owner, lease: .seconds(30))
    }
}

struct Missing: Error {}

func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}
