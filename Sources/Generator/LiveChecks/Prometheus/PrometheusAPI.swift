public import ApusPromQL
import ApusHTTP
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Prometheus, by its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).
public struct PrometheusAPI: QueryServer {
    /// The URL without a slash at its end.
    private let url: String
    private let timeout: TimeAmount

    /// - Parameter url: as its web page has it, such as `http://127.0.0.1:9090`.
    public init(url: String, timeout: Duration = .seconds(10)) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
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
        var request = HTTPClientRequest(url: "\(url)/api/v1/\(endpoint)" + (query.isEmpty ? "" : "?\(query)"))
        request.headers.add(name: "Accept", value: "application/json")
        // Series are so alike that a packed answer shrinks by more than the client lets a server's answer grow again.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        let status: Int
        let body: ByteBuffer
        do {
            let response = try await HTTPClient.once.execute(request, timeout: timeout)
            status = Int(response.status.code)
            body = try await response.body.collect(upTo: 64 << 20)
        } catch {
            throw .unreachable(url: url, reason: NetworkErrorText.asking(error, at: url))
        }
        guard let answer = try? JSONDecoder().decode(Answer<Content>.self, from: body) else {
            throw .noPrometheus(url: url, status: status)
        }
        guard answer.status == "success" else { throw .refused(answer.error ?? "without a reason") }
        return answer
    }
}
