import NotificationStore

/// The answer to a request that enqueued one notification.
struct AcceptedAnswer: Encodable {
    let id: NotificationID
    let status = NotificationStatus.pending

    private enum CodingKeys: String, CodingKey { case id, status }
}

/// The answer to a request that enqueued a batch: ids in the order of the request.
struct AcceptedBatchAnswer: Encodable {
    let ids: [NotificationID]
}
