import AsyncHTTPClient
import CoreMetrics
import HostTesting
import Logging
import MetricsTestKit
import NIOCore
import NIOHTTP1
import NotificationAPI
import NotificationStore
import NotificationTesting
import ServiceLifecycle

/// An API that serves on a port of its own, and a client of it.
struct RunningAPI: Sendable {
    let base: String
    let port: Int
    let store: any NotificationStore
    let metrics: TestMetrics
    let group: ServiceGroup
    let server: APIServer
    /// The run of the group.
    let running: Task<Void, any Error>

    func get(_ path: String, method: HTTPMethod = .GET) async throws -> Reply {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        return try await Reply(HTTPClient.shared.execute(request, timeout: .seconds(30)))
    }

    func post(
        _ body: String, key: String? = nil, type: String? = "application/json", headers: [(String, String)] = []
    ) async throws -> Reply {
        try await post(.bytes(ByteBuffer(string: body)), key: key, type: type, headers: headers)
    }

    func post(
        _ body: HTTPClientRequest.Body, key: String? = nil, type: String? = "application/json", headers: [(String, String)] = []
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: base + "/notifications")
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        if let key { request.headers.add(name: "idempotency-key", value: key) }
        if let type { request.headers.add(name: "content-type", value: type) }
        request.body = body
        return try await Reply(HTTPClient.shared.execute(request, timeout: .seconds(30)))
    }

    /// Everything that the store holds.
    var total: Int {
        get async throws {
            let counts = try await store.counts()
            return counts.pending + counts.processing + counts.delivered + counts.dead
        }
    }
}

/// Runs an API over a real SQLite store for the time of a test.
///
/// - Parameters:
///   - folder: of the database; its own when nil.
///   - waiting: the maximum number of notifications that wait; the usual one when nil.
///   - userWaiting: the maximum number of one user's that wait; the usual one when nil.
///   - wrap: puts something before the store that the API sees.
///   - probe: asked for after that.
func withAPI<Value: Sendable>(
    folder: StoreFolder? = nil, waiting: Int? = nil, userWaiting: Int? = nil, drainDelay: Duration = .zero,
    idleTimeout: Duration = .seconds(60),
    requestTimeout: Duration = .seconds(30), maximumConnections: Int = 900, requestGrace: Duration = .seconds(8),
    wrap: (any NotificationStore) -> any NotificationStore = { $0 },
    logger: Logger = quietLogger, probe: () -> HealthProbe? = { nil }, onReady: @escaping @Sendable () -> Void = {},
    _ test: @Sendable (RunningAPI) async throws -> Value
) async throws -> Value {
    let folder = try folder ?? StoreFolder()
    let store = try folder.open(waiting: waiting, userWaiting: userWaiting)
    let metrics = TestMetrics()
    let seen = wrap(store)
    var configuration = APIConfiguration(
        instance: "api-1", port: 0, drainDelay: drainDelay, idleTimeout: idleTimeout, requestTimeout: requestTimeout,
        maximumConnections: maximumConnections)
    configuration.requestGrace = requestGrace
    let server = APIServer(
        configuration, store: seen,
        factory: metrics, logger: logger, probe: probe(), onReady: onReady)
    let group = ServiceGroup(services: [server], logger: quietLogger)
    let running = Task { try await group.run() }
    let result: Result<Value, any Error>
    do {
        guard let port = await server.port else {
            try await running.value
            throw Unexpected(description: "the API ended before it listened")
        }
        let api = RunningAPI(
            base: "http://127.0.0.1:\(port)", port: port, store: store, metrics: metrics, group: group, server: server,
            running: running)
        result = .success(try await test(api))
    } catch {
        result = .failure(error)
    }
    await group.triggerGracefulShutdown()
    _ = await running.result
    await store.close()
    withExtendedLifetime(folder) {}
    return try result.get()
}

let webhook = #"{"userId":"user-1","channel":"webhook","title":"Hi","body":"There","webhookUrl":"http://127.0.0.1:9/hook"}"#
let log = #"{"userId":"user-1","channel":"log","title":"Hi","body":"There"}"#
