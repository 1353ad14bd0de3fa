import AgentMetrics
import ApusAgent
import ApusLimits
import ApusText
import AsyncHTTPClient
import HostTesting
import NIOCore
import NIOHTTP1

/// An agent with a file that names pages, and its scrapes.
enum ScrapingAgent {
    /// The labels of what is on the page of ``file(_:timeout:more:)``.
    static let shop = #"service="shop",instance="shop""#

    /// Runs the body beside an agent with a file of what is watched.
    static func with(
        _ file: String, interval: Duration = .seconds(15), log: RecordedLog = RecordedLog(),
        _ body: @escaping @Sendable (RunningAgent, TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try folder.write(file, to: "watch.yaml")
        try await RunningAgent.with(
            {
                $0.watchFile = folder.path("watch.yaml")
                $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
                $0.interval = interval
            }, logger: log.logger
        ) { try await body($0, folder) }
    }

    static func file(_ url: String, timeout: String = "500ms", more: String = "") -> String {
        "scrape:\n- {service: shop, url: '\(url)', timeout: \(timeout)\(more)}\n"
    }

    /// Scrapes, later than two scrapes share one fetch.
    static func scrape(_ agent: RunningAgent, within timeout: Double? = nil) async throws -> [String: String] {
        try await Task.sleep(for: ScrapeLimits.shared.value + .milliseconds(5))
        guard let timeout else { return try await agent.get("/metrics").samples }
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(agent.port)/metrics")
        request.headers.add(name: "X-Prometheus-Scrape-Timeout-Seconds", value: "\(timeout)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 24))
        return RunningAgent.Page(status: 200, headers: response.headers, text: text).samples
    }
}

extension PageScraper {
    /// Fetches what is due, until each page that is waited for is there or late.
    ///
    /// - Returns: the instances whose pages were not there in that time.
    func refresh(within leave: Duration = .seconds(20)) async -> Set<InstanceIdentity> {
        await withCheckedContinuation { continuation in
            let isStarted = refresh(within: leave) { continuation.resume(returning: $0) }
            if !isStarted { continuation.resume(returning: []) }
        }
    }
}
