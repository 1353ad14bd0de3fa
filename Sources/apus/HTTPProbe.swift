import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a process over HTTP whether it is there.
enum HTTPProbe {
    /// The status code of a GET; nil when there is no answer within a second.
    static func status(of url: String) async -> UInt? {
        try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(1)).status.code
    }
}
