package import NIOCore
package import NIOHTTP1

/// Answers requests that cannot be read with 400, 414 or 431, and closes the connection.
///
/// It comes after ``RequestStages``, so that answers keep the order of the requests.
package final class RequestErrors: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private var isAnswering = false

    package init() {}

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let status = Self.status(of: error) else { return context.fireErrorCaught(error) }
        // An answer that has begun cannot become another one.
        guard !isAnswering else { return context.close(promise: nil) }
        let headers = HTTPHeaders([("Connection", "close"), ("Content-Length", "0")])
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        let channel = context.channel
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    private static func status(of error: any Error) -> HTTPResponseStatus? {
        if error is RequestLineTooLong { return .uriTooLong }
        guard let error = error as? HTTPParserError else { return nil }
        return error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): isAnswering = head.status.code >= 200
        case .body: break
        case .end: isAnswering = false
        }
        context.write(data, promise: promise)
    }
}
