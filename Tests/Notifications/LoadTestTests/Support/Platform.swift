import CoreMetrics
import DeliveryWorker
import LoadTest
import NotificationAPI
import NotificationStore
import NotificationTesting
import ServiceLifecycle

/// The platform itself: an API over a SQLite store, and whatever takes notifications from the store.
struct Platform: Sendable {
    let api: String
    let store: any NotificationStore

    /// Runs the platform for the time of a test.
    ///
    /// - Parameter worker: makes what delivers; nothing does when nil.
    static func run<Value: Sendable>(
        worker: ((any NotificationStore) -> any Service)?, _ test: @Sendable (Platform) async throws -> Value
    ) async throws -> Value {
        let folder = try StoreFolder()
        let store = try folder.open()
        let server = APIServer(
            APIConfiguration(instance: "api-1", port: 0), store: store, factory: NOOPMetricsHandler.instance,
            logger: quietLogger)
        let group = ServiceGroup(services: [server] + (worker.map { [$0(store)] } ?? []), logger: quietLogger)
        let running = Task { try await group.run() }
        let result: Result<Value, any Error>
        do {
            guard let port = await server.port else { throw Unexpected(description: "the API does not listen") }
            result = .success(try await test(Platform(api: "http://127.0.0.1:\(port)", store: store)))
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        _ = await running.result
        await store.close()
        withExtendedLifetime(folder) {}
        return try result.get()
    }

    /// A load of 40 requests in two seconds.
    func load(settle: Duration = .seconds(15), thresholds: LoadThresholds = .forTests) async throws -> LoadReport {
        let plan = LoadPlan(
            rate: 20, duration: .seconds(2), users: 10, apis: [api], settle: settle, linger: .milliseconds(300))
        return try await LoadGenerator(plan: plan, thresholds: thresholds, logger: quietLogger).perform(stopsOnSignals: false)
    }
}

extension LoadThresholds {
    /// No limits on latency: a busy machine is not what these tests are about.
    static let forTests = LoadThresholds(average: 60_000, p95: 60_000, p99: 60_000)
}
