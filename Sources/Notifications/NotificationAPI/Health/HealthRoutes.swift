import HTTPTypes
import Hummingbird

/// The routes `/health`, `/health/live` and `/health/ready`.
struct HealthRoutes: Sendable {
    let readiness: Readiness
    let deliveries: DeliveryCheck

    func add(to router: Router<BasicRequestContext>) {
        router.get("health") { _, _ in
            let (store, delivering) = (await readiness.storeStatus(), await deliveries.status())
            let own = await readiness.status()
            let status = own == .pass ? delivering : own
            return try answer(HealthAnswer(status, store: store, deliveries: delivering), status)
        }
        // Touches nothing: a restart, which is what follows when it fails, cures no dependency.
        router.get("health/live") { _, _ in try answer(.alive, .pass) }
        router.get("health/ready") { _, _ in
            let status = await readiness.status()
            return try answer(HealthAnswer(status), status)
        }
    }

    private func answer(_ answer: HealthAnswer, _ status: HealthStatus) throws -> Response {
        let isServing = if case .fail = status { false } else { true }
        return try .json(
            answer, status: isServing ? .ok : .serviceUnavailable, type: "application/health+json",
            headers: [.cacheControl: "no-store"])
    }
}
