import ApusTLS
package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

extension HTTPClient.Configuration {
    /// Has each connection guarded before its first request.
    ///
    /// - A server that speaks TLS, whose certificates are verified, must have one for the host. The library takes one for the address
    ///   that it is connected to as well: whoever answers for the name would be given what the request has.
    /// - A status below 100 ends the connection: the library would end the process at it.
    /// - HTTP/2, where nothing can stand between, is not spoken.
    ///
    /// Called once the settings of TLS are all there.
    ///
    /// - Parameter host: a name or an address, the only one that is asked by TLS; nil: none is.
    package mutating func guardConnections(to host: String?) {
        httpVersion = .http1Only
        let verifies = (tlsConfiguration?.certificateVerification ?? .fullVerification) == .fullVerification
        http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit {
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                if verifies, let security = try? pipeline.handler(type: NIOSSLClientHandler.self) {
                    let isNamed = host.map { host in security.peerCertificate.map { ServerNameCheck.isFor($0, host) } ?? false }
                    if isNamed != true { try pipeline.addHandler(RefusedServer(), position: .after(decoder)) }
                }
                try pipeline.addHandler(StatusGuard(), position: .after(decoder))
            }
        }
    }
}

/// Lets no request pass to a server that is another than the one that is meant, and fails it.
///
/// The connection is handed to the library all the same: one that fails in the making is tried again, and its end counts twice then.
private final class RefusedServer: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private var isOver = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let error = NIOSSLExtraError.failedToValidateHostname
        let isFirst = !isOver
        isOver = true
        // What writes it has not returned yet.
        context.eventLoop.assumeIsolated().execute {
            if isFirst {
                context.fireErrorCaught(error)
                context.close(promise: nil)
            }
            promise?.fail(error)
        }
    }
}

/// Ends a connection whose server answers with a status that HTTP does not have.
private final class StatusGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        guard case .head(let head) = unwrapInboundIn(data), head.status.code < 100 else { return context.fireChannelRead(data) }
        isOver = true
        context.fireErrorCaught(UnknownStatus(code: head.status.code))
        context.close(promise: nil)
    }
}

/// A status of an answer that HTTP does not have.
package struct UnknownStatus: Error, CustomStringConvertible {
    package let code: UInt
    package var description: String { "it answers with the status \(code), which HTTP does not have" }
}
