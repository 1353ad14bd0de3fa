import HTTPTypes
import Hummingbird
import NotificationStore

/// The routes `POST /notifications` and `GET /notifications/:id`.
struct NotificationRoutes: Sendable {
    let store: any NotificationStore
    let metrics: EnqueueMetrics

    private static let replayedName = HTTPField.Name("idempotency-replayed")

    func add(to router: Router<BasicRequestContext>) {
        router.post("notifications") { request, _ in try await enqueue(request) }
        router.get("notifications/:id") { _, context in try await show(context) }
    }

    /// Answers 202, because the notification is accepted and not delivered yet; the same for a replay.
    private func enqueue(_ request: Request) async throws -> Response {
        try request.requireJSON()
        let key = try request.idempotencyKey()
        let asked = try EnqueueRequest(json: try await request.bytes())
        let idempotency = key.map { IdempotencyKey(key: $0, fingerprint: asked.fingerprint) }
        switch try await store.enqueue(asked.notifications, idempotency: idempotency) {
        case .stored(let ids):
            metrics.stored(asked.notifications)
            return try accepted(ids, isBatch: asked.isBatch, isReplay: false)
        case .replayed(let ids):
            return try accepted(ids, isBatch: asked.isBatch, isReplay: true)
        case .conflict:
            throw Problem.keyConflict
        }
    }

    private func accepted(_ ids: [NotificationID], isBatch: Bool, isReplay: Bool) throws -> Response {
        var headers = HTTPFields()
        if isReplay, let name = Self.replayedName { headers[name] = "true" }
        guard !isBatch, let id = ids.first else {
            return try .json(AcceptedBatchAnswer(ids: ids), status: .accepted, headers: headers)
        }
        headers[.location] = "/notifications/\(id)"
        return try .json(AcceptedAnswer(id: id), status: .accepted, headers: headers)
    }

    private func show(_ context: BasicRequestContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        guard let id = NotificationID(text) else { throw Problem.notAnID(text) }
        guard let record = try await store.notification(id) else { throw Problem.noNotification(id) }
        return try .json(NotificationAnswer(record))
    }
}
