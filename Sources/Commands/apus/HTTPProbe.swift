import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a process over HTTP whether it is there.
enum HTTPProbe {
    struct Answer {
        let status: UInt
        let body: [UInt8]
    }

    /// What a GET is answered with; an error when there is no answer in time, or one of more than a mebibyte.
    ///
    /// - Parameter client: the shared one goes on trying to connect for as long as the answer may take.
    static func get(_ url: String, within limit: Duration, by client: HTTPClient = .shared) async throws -> Answer {
        let response = try await client.execute(
            HTTPClientRequest(url: url), timeout: .nanoseconds(Int64(limit / .nanoseconds(1))))
        let body = try await response.body.collect(upTo: 1 << 20)
        return Answer(status: response.status.code, body: Array(body.readableBytesView))
    }

    /// The status code of a GET; nil when there is no answer within a second.
    static func status(of url: String) async -> UInt? {
        try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(1)).status.code
    }
}
