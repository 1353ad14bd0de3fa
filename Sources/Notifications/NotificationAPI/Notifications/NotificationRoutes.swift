import ApusHTTP
import ApusLimits
import ApusText
import HTTPTypes
import Hummingbird
import Logging
import NotificationStore

/// The routes `POST /notifications` and `GET /notifications/:id`.
struct NotificationRoutes: Sendable {
    let store: any NotificationStore
    let metrics: EnqueueMetrics
    /// Which lines about refusals are written, by user; "" is for those that concern all.
    private let refusals = LogThrottle<String>(burst: 1)
    private let unreadable = LogThrottle<String>()
    /// Reading bodies leaves other requests a thread.
    private let reading = Self.turns(APILimits.reading.value)
    private let storing = Self.turns(APILimits.storing.value)
    private let crowded: @Sendable (ConnectionPeer) -> Void

    /// - Parameter crowded: is told whose request was refused, as what waits for its turn holds too many bytes.
    init(
        store: any NotificationStore, metrics: EnqueueMetrics, crowded: @escaping @Sendable (ConnectionPeer) -> Void
    ) {
        self.store = store
        self.metrics = metrics
        self.crowded = crowded
    }

    private static func turns(_ places: Int) -> PeerTurns {
        PeerTurns(places: places, mostBytes: APILimits.turnBytes.value.bytes, patience: APILimits.turn.value)
    }

    private static let replayedName = HTTPField.Name("idempotency-replayed")

    func add(to router: Router<BasicRequestContext>) {
        router.post("notifications") { request, context in try await enqueue(request, context.logger) }
        router.get("notifications/:id") { _, context in try await show(context) }
    }

    /// Answers 202, because the notification is accepted and not delivered yet; the same for a replay.
    private func enqueue(_ request: Request, _ logger: Logger) async throws -> Response {
        try request.requireJSON()
        let key = try request.idempotencyKey()
        let bytes = try await request.bytes()
        let (asked, idempotency) = try await inTurn(reading, holding: bytes.count) {
            let asked = try EnqueueRequest(json: bytes)
            return (asked, key.map { IdempotencyKey(key: $0, fingerprint: asked.fingerprint) })
        }
        let result = try await inTurn(storing, holding: bytes.count) {
            try await store(asked.notifications, idempotency, logger)
        }
        switch result {
        case .stored(let ids):
            metrics.stored(asked.notifications)
            return try accepted(ids, isBatch: asked.isBatch, isReplay: false)
        case .replayed(let ids):
            return try accepted(ids, isBatch: asked.isBatch, isReplay: true)
        case .conflict:
            throw Problem.keyConflict
        }
    }

    /// Does what all peers share in the turn of whose request it is.
    private func inTurn<Value: Sendable>(
        _ turns: PeerTurns, holding bytes: Int, _ work: () async throws -> Value
    ) async throws -> Value {
        let peer = RequestPeer.current
        do { return try await turns.turn(of: peer, holding: bytes, work) } catch PeerTurns.Refusal.crowded {
            crowded(peer)
            throw Problem.bodiesRefused
        } catch PeerTurns.Refusal.late {
            throw Problem.busy
        }
    }

    private func store(
        _ notifications: [NewNotification], _ idempotency: IdempotencyKey?, _ logger: Logger
    ) async throws -> EnqueueResult {
        do throws(StoreError) {
            return try await store.enqueue(notifications, idempotency: idempotency)
        } catch .refused(let refusal) {
            metrics.refused(notifications, for: refusal.owner)
            let problem = Problem.of(refusal)
            let user = if case .user(let id) = refusal.owner { id.excerpt(64) } else { "" }
            if let omitted = refusals.admit(user) {
                var metadata: Logger.Metadata = [
                    "reason": "\(refusal.reason)", "notifications": "\(notifications.count)", "omitted": "\(omitted)",
                    "status": "\(problem.status.code)",
                ]
                if !user.isEmpty { metadata["user"] = .string(String(reflecting: user)) }
                logger.warning(
                    "notifications are refused, because too much waits; see docs/limits.md for what to do", metadata: metadata)
            }
            throw problem
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
        guard let record = try await record(id, context.logger) else { throw Problem.noNotification(id) }
        return try .json(NotificationAnswer(record))
    }

    private func record(_ id: NotificationID, _ logger: Logger) async throws -> NotificationRecord? {
        do throws(StoreError) {
            return try await store.notification(id)
        } catch .unreadable(let reason) {
            if let omitted = unreadable.admit("row") {
                logger.warning(
                    "a notification cannot be shown that another version wrote; run that version",
                    metadata: ["id": "\(id)", "error": "\(reason)", "omitted": "\(omitted)"])
            }
            throw Problem.unreadable(id)
        }
    }
}
