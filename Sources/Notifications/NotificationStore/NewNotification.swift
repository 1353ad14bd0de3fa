/// A notification on its way into the store.
package struct NewNotification: Hashable, Sendable {
    package var id: NotificationID
    package var userID: String
    package var channel: Channel
    package var title: String
    package var body: String
    /// The address of the receiver, present exactly when the channel is `webhook`.
    package var webhookURL: String?
    /// The moment before which it is not delivered; nil is at once.
    package var deliverAt: Instant?

    package init(
        id: NotificationID = NotificationID(), userID: String, channel: Channel, title: String, body: String,
        webhookURL: String? = nil, deliverAt: Instant? = nil
    ) {
        self.id = id
        self.userID = userID
        self.channel = channel
        self.title = title
        self.body = body
        self.webhookURL = webhookURL
        self.deliverAt = deliverAt
    }
}

/// How a notification reaches its receiver.
package enum Channel: String, CaseIterable, Sendable, Codable {
    /// An HTTP POST to the notification's own URL.
    case webhook
    /// A line in the worker's log.
    case log
}

/// A client's name for one request to enqueue, with what the request said: the same body replays the first answer, another is
/// refused.
package struct IdempotencyKey: Hashable, Sendable {
    package var key: String
    /// A digest of the request's body.
    package var fingerprint: String

    package init(key: String, fingerprint: String) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// What came of a request to enqueue.
package enum EnqueueResult: Hashable, Sendable {
    /// The notifications are stored; the ids are in the order of the request.
    case stored([NotificationID])
    /// The key was seen with the same body: nothing is stored anew, and these are the ids of the first time.
    case replayed([NotificationID])
    /// The key was seen with another body: nothing is stored.
    case conflict
}
