import HTTPTypes
import Hummingbird
import NotificationStore

/// `/stats`.
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
