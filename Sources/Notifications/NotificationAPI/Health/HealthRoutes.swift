import HTTPTypes
import Hummingbird

/// The routes `/health`, `/health/live` and `/health/ready`.
struct HealthRoutes: Sendable {
    let readiness: Readiness

    func add(to router: Router<BasicRequestContext>) {
        router.get("health") { _, _ in
            let status = await readiness.status()
            return try answer(HealthAnswer(status, store: await readiness.storeStatus()), status)
        }
        // Touches nothing: a restart, which is what follows when it fails, cures no dependency.
        router.get("health/live") { _, _ in try answer(.alive, .pass) }
        router.get("health/ready") { _, _ in
            let status = await readiness.status()
            return try answer(HealthAnswer(status), status)
        }
    }

    private func answer(_ answer: HealthAnswer, _ status: HealthStatus) throws -> Response {
        try .json(
            answer, status: status == .pass ? .ok : .serviceUnavailable, type: "application/health+json",
            headers: [.cacheControl: "no-store"])
    }
}
