public import ApusMetrics
import ApusHTTP
import AsyncHTTPClient
import AgentMetrics
import NIOCore
import NIOHTTP1

/// Compares what is declared with what a running agent serves.
public struct AgentCheck: Sendable {
    private let url: String

    /// - Parameter url: of the agent, with or without `/metrics`.
    public init(url: String) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.url = base.hasSuffix("/metrics") ? base : base + "/metrics"
    }

    /// - Parameter more: the families that services of the fleet record beside those that `AgentMetrics` declares; of two
    ///   declarations of one name the first counts.
    /// - Throws: ``AgentCheckError`` when the agent cannot be scraped.
    public func comparison(more: [MetricFamily] = []) async throws(AgentCheckError) -> CatalogComparison {
        let text: String
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "Accept", value: "text/plain;version=0.0.4")
            let response = try await HTTPClient.once.execute(request, timeout: .seconds(10))
            guard response.status == .ok else { throw AgentCheckError.noMetrics(url: url, status: Int(response.status.code)) }
            text = String(buffer: try await response.body.collect(upTo: 256 << 20))
        } catch let error as AgentCheckError {
            throw error
        } catch {
            throw .unreachable(url: url, reason: NetworkErrorText.asking(error, at: url))
        }
        do {
            return CatalogComparison(
                declared: MetricCatalog.families + more, targetLabels: ["service", "instance", "namespace"],
                live: try ExpositionSummary(parsing: text))
        } catch {
            throw .malformed(url: url, reason: "\(error)")
        }
    }
}

/// Why a scrape could not be compared.
public enum AgentCheckError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreachable(url: String, reason: String)
    case noMetrics(url: String, status: Int)
    /// The answer is no exposition.
    case malformed(url: String, reason: String)

    public var description: String {
        switch self {
        case .unreachable(let url, let reason): "\(url) cannot be scraped: \(reason)"
        case .noMetrics(let url, let status): "\(url) answers with status \(status): give the URL of an agent"
        case .malformed(let url, let reason): "\(url) serves no metrics: \(reason)"
        }
    }
}
