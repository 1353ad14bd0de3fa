import ApusTLS
import ApusText
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks a process over HTTP whether it is there.
///
/// Each question has a connection of its own and follows no redirect, and whatever is answered can do no more than fail it: it ends at
/// its deadline though bytes trickle in, and past a mebibyte.
enum HTTPProbe {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    /// The largest body that is taken, in bytes.
    static let longestBody = 1 << 20

    /// What a GET is answered with, body and all.
    ///
    /// - Parameter limit: for everything, from the connecting to the last byte.
    /// - Throws: ``HTTPProbeError``, or the error of a connection that does not come about or breaks.
    static func get(_ url: String, within limit: Duration) async throws -> Answer {
        let target = try Target(url)
        let security = target.isSecure ? try Self.security() : nil
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let (exchange, answer) = try await loop.submit {
            let exchange = ProbeExchange(target.request, on: loop)
            return (NIOLoopBound(exchange, eventLoop: loop), exchange.answer)
        }.get()
        let finish: @Sendable (any Error) -> Void = { error in loop.execute { exchange.value.finish(.failure(error)) } }
        let timer = loop.scheduleTask(in: TimeAmount(limit)) { exchange.value.finish(.failure(HTTPProbeError.timeout(limit))) }
        defer { timer.cancel() }
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(target.tls(security)) }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(exchange.value)
                }
            }
            .connect(host: target.host, port: target.port)
            .whenFailure(finish)
        return try await withTaskCancellationHandler {
            try await answer.get()
        } onCancel: {
            finish(CancellationError())
        }
    }

    private static func security() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.takeAllSignatures()
        return try NIOSSLContext(configuration: configuration)
    }

    /// The status code of a GET; nil when there is no answer within a second.
    static func status(of url: String) async -> Int? { try? await get(url, within: .seconds(1)).status }

    /// Where a URL leads, and what is asked there.
    private struct Target: Sendable {
        let isSecure: Bool
        let host: String
        let port: Int
        let request: HTTPRequestHead

        init(_ text: String) throws(HTTPProbeError) {
            guard let url = URL(string: text, encodingInvalidCharacters: false), let scheme = url.scheme?.lowercased(),
                scheme == "http" || scheme == "https", let named = url.host(), !named.isEmpty
            else { throw .noURL }
            isSecure = scheme == "https"
            host = named.hasPrefix("[") && named.hasSuffix("]") ? String(named.dropFirst().dropLast()) : named
            port = url.port ?? (isSecure ? 443 : 80)
            guard URLPort.isReachable(in: text) else { throw .noURL }
            let path = url.path(percentEncoded: true)
            let query = url.query(percentEncoded: true).map { "?\($0)" } ?? ""
            let authority = (host.contains(":") ? "[\(host)]" : host) + (url.port.map { ":\($0)" } ?? "")
            request = HTTPRequestHead(
                version: .http1_1, method: .GET, uri: (path.isEmpty ? "/" : path) + query,
                headers: ["Host": authority, "User-Agent": "apus", "Connection": "close"])
        }

        func tls(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
            try ServerNameCheck.handler(context, host: host)
        }
    }
}

/// Why there is no answer that counts.
enum HTTPProbeError: Error, Equatable, CustomStringConvertible {
    case noURL
    case timeout(Duration)
    case closed
    case longBody
    /// A status below 100, or 101, which nobody asked for.
    case status(Int)

    var description: String {
        switch self {
        case .noURL: "this is no URL of HTTP: write one such as http://127.0.0.1:3001/health/ready"
        case .timeout(let limit): "no whole answer within \(limit)"
        case .closed: "the connection was closed before the answer was whole"
        case .longBody: "the answer has more than \(HTTPProbe.longestBody) bytes"
        case .status(let status): "it answers with the status \(status), which is no final one of HTTP"
        }
    }
}
