import ApusMetrics
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Requests over real sockets.
enum HTTP {
    struct Answer {
        let status: UInt
        let headers: HTTPHeaders
        let text: String

        var json: Any? { try? JSONSerialization.jsonObject(with: Data(text.utf8)) }
        var object: [String: Any] { json as? [String: Any] ?? [:] }

        /// The values of a family in an exposition, by their labels in braces; none of an answer that is no exposition.
        func values(of family: String) -> [String: Double] {
            var values: [String: Double] = [:]
            for sample in (try? ExpositionReader.samples(in: text)) ?? [] where sample.name == family {
                values[String(sample.series.dropFirst(family.count))] = sample.value
            }
            return values
        }
    }

    static func get(_ url: String) async throws -> Answer { try await send(HTTPClientRequest(url: url)) }

    static func post(_ url: String, _ body: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.POST, url, body, headers: headers)
    }

    static func send(_ method: HTTPMethod, _ url: String, _ body: String, headers: [String: String] = [:]) async throws
        -> Answer
    {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "Content-Type", value: "application/json")
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request)
    }

    private static func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 64 << 20)
        return Answer(status: response.status.code, headers: response.headers, text: String(buffer: body))
    }
}
