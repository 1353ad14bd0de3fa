public import ApusPromQL
import Foundation
import NIOCore
import NIOFoundationCompat

/// Prometheus, by its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).
public struct PrometheusAPI: QueryServer {
    private let client: ServerClient
    private let timeout: TimeAmount

    /// - Parameter url: as its web page has it, such as `http://127.0.0.1:9090`.
    public init(url: String, timeout: Duration = .seconds(10)) {
        client = ServerClient(open: url)
        self.timeout = TimeAmount(timeout)
    }

    init(_ client: ServerClient, timeout: Duration = .seconds(10)) {
        self.client = client
        self.timeout = TimeAmount(timeout)
    }

    public func seriesCount(of expression: PromQLExpression) async throws(QueryServerError) -> Int {
        let answer: Answer<QueryResult> = try await ask("query", ["query": expression.description])
        return answer.data?.count ?? 0
    }

    public func values(of label: String, in selector: PromQLSelector?) async throws(QueryServerError) -> [String] {
        let parameters = selector.map { ["match[]": $0.description] } ?? [:]
        let answer: Answer<[String]> = try await ask("label/\(label)/values", parameters)
        return (answer.data ?? []).sorted()
    }

    private struct Answer<Content: Decodable>: Decodable {
        let status: String
        let data: Content?
        let error: String?
    }

    private struct QueryResult: Decodable {
        let count: Int

        private enum CodingKeys: String, CodingKey { case resultType, result }
        private struct Anything: Decodable {}

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            // A scalar or a string always is one.
            count =
                ["vector", "matrix"].contains(try container.decode(String.self, forKey: .resultType))
                ? try container.decode([Anything].self, forKey: .result).count : 1
        }
    }

    private func ask<Content: Decodable>(
        _ endpoint: String, _ parameters: [String: String]
    ) async throws(QueryServerError) -> Answer<Content> {
        var components = URLComponents()
        components.queryItems = parameters.map { URLQueryItem(name: $0.key, value: $0.value) }
        // A plus would be read as a space.
        let query = components.percentEncodedQuery?.replacingOccurrences(of: "+", with: "%2B") ?? ""
        let path = "/api/v1/\(endpoint)" + (query.isEmpty ? "" : "?\(query)")
        let (found, words): (ServerClient.Answer, String)
        do {
            (found, words) = try await client.get(path, accept: "application/json", timeout: timeout, longest: 64 << 20)
        } catch {
            throw .unreachable(url: client.url, reason: error.reason)
        }
        guard let answer = try? JSONDecoder().decode(Answer<Content>.self, from: found.body) else {
            switch found.status {
            case 401: throw .unauthorized(url: client.url, reason: words, given: client.given)
            case 403: throw .forbidden(url: client.url, reason: words, given: client.given)
            default: throw .noPrometheus(url: client.url, status: found.status, reason: words)
            }
        }
        guard answer.status == "success" else { throw .refused(answer.error ?? "without a reason") }
        return answer
    }
}
