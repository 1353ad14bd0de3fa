import ApusAgent
import ApusMetrics
import ApusReporting
import ApusSystemd
import ApusText
import AsyncHTTPClient
import CoreMetrics
import Foundation
import HostTesting
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

/// A whole agent in this process, on a free port and a socket of its own.
struct RunningAgent: Sendable {
    let port: Int
    let socketPath: String
    let reload: @Sendable () -> Void
    /// Where it takes reports over HTTP, when it was told to.
    let reportPort: Int?
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    struct Page: Sendable {
        let status: UInt
        let headers: HTTPHeaders
        let text: String

        /// The values of the exposition by their series, as they are written; none of a page that is no exposition.
        var samples: [String: String] {
            let samples = (try? ExpositionReader.samples(in: text)) ?? []
            return Dictionary(samples.map { ($0.series, $0.valueText) }, uniquingKeysWith: { _, last in last })
        }
    }

    /// Runs the body beside an agent, which stops by graceful shutdown afterwards.
    static func with(
        _ change: (inout AgentConfiguration) -> Void = { _ in }, socketPath: String = temporarySocket(),
        logger: Logger = RunningAgent.logger, notifier: ServiceNotifier? = nil, passed: [ActivationSocket] = [],
        _ body: @escaping @Sendable (RunningAgent) async throws -> Void
    ) async throws {
        var configuration = AgentConfiguration()
        configuration.listen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
        configuration.socketPath = socketPath
        configuration.interval = .milliseconds(200)
        change(&configuration)
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let services = try AgentServices(configuration, logger: logger, notifier: notifier, passed: passed) {
            announce.yield($0)
        }
        let group = ServiceGroup(services: services.all, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { announce.finish() }
                try await group.run()
            }
            do {
                for await port in ports {
                    try await body(
                        RunningAgent(
                            port: port, socketPath: socketPath, reload: services.reload, reportPort: services.reportPort))
                    break
                }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    static func temporarySocket() -> String { "/tmp/apus-test-\(UUID().uuidString.prefix(8)).sock" }

    /// Runs the body beside a service that reports to this agent, once the agent serves it as up.
    func reporting(
        _ service: String, _ instance: String, seriesLimit: Int = 1000,
        _ body: @escaping @Sendable (any MetricsFactory) async throws -> Void
    ) async throws {
        let reporter = try Reporter(
            service: service, instance: instance, socketPath: socketPath, seriesLimit: seriesLimit, logger: Self.logger)
        let group = ServiceGroup(services: [reporter], logger: Self.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await until { try await up(service, instance) == "1" }
                try await body(reporter.factory)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func up(_ service: String, _ instance: String) async throws -> String? {
        try await get("/metrics").samples["apus_service_up{service=\"\(service)\",instance=\"\(instance)\"}"]
    }

    func get(_ path: String, method: HTTPMethod = .GET, accept: String? = nil) async throws -> Page {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        if let accept { request.headers.add(name: "Accept", value: accept) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 64 << 20)
        return Page(status: response.status.code, headers: response.headers, text: String(buffer: body))
    }

    /// Sends a report over HTTP.
    func report(
        _ path: String, _ body: [UInt8], method: HTTPMethod = .PUT, type: String? = "text/plain; version=0.0.4",
        headers: [(String, String)] = []
    ) async throws -> Page {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(try #require(reportPort))\(path)")
        request.method = method
        if let type { request.headers.add(name: "Content-Type", value: type) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if method != .DELETE { request.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: 1 << 20)
        return Page(status: response.status.code, headers: response.headers, text: String(buffer: answer))
    }

    func report(_ path: String, _ text: String, type: String? = "text/plain; version=0.0.4") async throws -> Page {
        try await report(path, Array(text.utf8), type: type)
    }

    /// Waits for a condition, at most thirty seconds.
    func until(_ condition: () async throws -> Bool) async throws {
        try await eventually("what the agent should serve", condition)
    }
}
