public import ApusMetrics
import AgentMetrics
import NIOCore

/// Compares what is declared with what a running agent serves.
public struct AgentCheck: Sendable {
    private let client: ServerClient
    /// The path of the page below the URL.
    private let path: String
    private var url: String { client.url + path }

    /// - Parameter url: of the agent, with or without `/metrics`.
    public init(url: String) { self.init(ServerClient(open: url)) }

    init(_ client: ServerClient) {
        self.client = client
        path = client.url.hasSuffix("/metrics") ? "" : "/metrics"
    }

    /// - Parameter more: the families that services of the fleet record beside those that `AgentMetrics` declares; of two
    ///   declarations of one name the first counts.
    /// - Throws: ``AgentCheckError`` when the agent cannot be scraped.
    public func comparison(more: [MetricFamily] = []) async throws(AgentCheckError) -> CatalogComparison {
        let (answer, words): (ServerClient.Answer, String)
        do {
            (answer, words) = try await client.get(
                path, accept: "text/plain;version=0.0.4", timeout: .seconds(10), longest: 256 << 20)
        } catch {
            throw .unreachable(url: url, reason: error.reason)
        }
        guard answer.status == 200 else {
            throw .noMetrics(url: url, status: answer.status, reason: words, given: client.given)
        }
        let text = String(buffer: answer.body)
        do {
            return CatalogComparison(
                declared: MetricCatalog.families + more, targetLabels: ["service", "instance", "namespace"],
                optionalLabels: { MetricCatalog.optionalLabels(of: $0) },
                live: try ExpositionSummary(parsing: text))
        } catch {
            throw .malformed(url: url, reason: "\(error)")
        }
    }
}

/// Why a scrape could not be compared.
public enum AgentCheckError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreachable(url: String, reason: String)
    /// The reason is what it says, behind a colon, or empty.
    case noMetrics(url: String, status: Int, reason: String = "", given: GivenCredentials = .none)
    /// The answer is no exposition.
    case malformed(url: String, reason: String)

    public var description: String {
        switch self {
        case .unreachable(let url, let reason): "\(url) cannot be scraped: \(reason)"
        case .noMetrics(let url, let status, let reason, let given):
            [401, 403].contains(status)
                ? "\(url) \(given.refusal(status: status, words: reason))"
                : "\(url) answers with status \(status)\(reason): give the URL of an agent"
        case .malformed(let url, let reason): "\(url) serves no metrics: \(reason)"
        }
    }
}
