/// A notification on its way into the store.
package struct NewNotification: Hashable, Sendable {
    package var id: NotificationID
    package var userID: String
    package var channel: Channel
    package var title: String
    package var body: String
    /// Present exactly when the channel is `webhook`.
    package var webhookURL: String?
    /// Not before this moment; nil is at once.
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
