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

        /// Of an exposition: the values of a family by their labels, as they are written.
        func values(of family: String) -> [String: Double] {
            var values: [String: Double] = [:]
            for line in text.split(separator: "\n") where line.hasPrefix(family) {
                let rest = line.dropFirst(family.count)
                guard rest.first == "{" || rest.first == " ", let space = line.lastIndex(of: " ") else { continue }
                values[String(rest[..<space])] = Double(line[line.index(after: space)...])
            }
            return values
        }
    }

    static func get(_ url: String) async throws -> Answer { try await send(HTTPClientRequest(url: url)) }

    static func post(_ url: String, _ body: String, headers: [String: String] = [:]) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
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
