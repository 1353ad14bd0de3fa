import NotificationStore

/// A notification as the API shows it. Who holds its lease is left out: it names a host.
struct NotificationAnswer: Encodable {
    let id: NotificationID
    let userId: String
    let channel: Channel
    let title: String
    let body: String
    let webhookUrl: String?
    let status: NotificationStatus
    let attempts: Int
    let dueAt: String
    let createdAt: String
    let updatedAt: String
    let lastError: String?

    init(_ record: NotificationRecord) {
        let notification = record.notification
        id = notification.id
        userId = notification.userID
        channel = notification.channel
        title = notification.title
        body = notification.body
        webhookUrl = notification.webhookURL
        status = record.status
        attempts = record.attempts
        dueAt = record.dueAt.rfc3339
        createdAt = record.createdAt.rfc3339
        updatedAt = record.updatedAt.rfc3339
        lastError = record.lastError
    }
}

/// The answer to a request that enqueued one notification.
struct AcceptedAnswer: Encodable {
    let id: NotificationID
    let status = NotificationStatus.pending

    private enum CodingKeys: String, CodingKey { case id, status }
}

/// The answer to a request that enqueued a batch, with the ids in the order of the request.
struct AcceptedBatchAnswer: Encodable {
    let ids: [NotificationID]
}
