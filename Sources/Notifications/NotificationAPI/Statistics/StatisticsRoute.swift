import HTTPTypes
import Hummingbird
import NotificationStore

/// The route `/stats`.
struct StatisticsRoute: Sendable {
    let store: any NotificationStore
    let requests: RequestMetrics
    let instance: String
    let start = ContinuousClock.now

    func add(to router: Router<BasicRequestContext>) {
        router.get("stats") { _, _ in
            let answer = StatisticsAnswer(
                instance: instance, uptime: start.duration(to: .now), counts: try await store.counts(),
                depth: try await store.queueDepth(), connections: store.connections, requests: requests.statistics)
            return try Response.json(answer, headers: [.cacheControl: "no-store"])
        }
    }
}

/// The answer of `/stats`. Everything of the store is the whole fleet's; the rest is this instance's since its start.
struct StatisticsAnswer: Encodable {
    struct Notifications: Encodable {
        let pending: Int
        let processing: Int
        let delivered: Int
        let dead: Int
        let attempts: Int
    }

    struct Queue: Encodable {
        let pending: Int
        let scheduled: Int
        let locked: Int
        let oldestAgeSeconds: Double
    }

    struct Connections: Encodable {
        let idle: Int
        let used: Int
        let limit: Int
    }

    struct Requests: Encodable {
        let total: Int
        let active: Int
        let routes: [RequestCount]
    }

    struct RequestCount: Encodable {
        let method: String
        let route: String
        let status: Int
        let count: Int
    }

    let instance: String
    let uptimeSeconds: Double
    let notifications: Notifications
    let queue: Queue
    let connections: Connections
    let requests: Requests

    init(
        instance: String, uptime: Duration, counts: StoreCounts, depth: QueueDepth, connections: ConnectionCounts,
        requests: Requests
    ) {
        self.instance = instance
        uptimeSeconds = uptime / .seconds(1)
        notifications = Notifications(
            pending: counts.pending, processing: counts.processing, delivered: counts.delivered, dead: counts.dead,
            attempts: counts.attempts)
        queue = Queue(
            pending: depth.pending, scheduled: depth.scheduled, locked: depth.locked,
            oldestAgeSeconds: depth.oldestAge / .seconds(1))
        self.connections = Connections(idle: connections.idle, used: connections.used, limit: connections.limit)
        self.requests = requests
    }
}
