package import NIOCore
package import NIOHTTP1

/// Tells the handlers before it where requests and answers begin and end (``RequestStage``).
///
/// It comes after the parser, to which ``RequestTurns`` gives the bytes of one request at a time.
package final class RequestStages: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private var requestIsWhole = false
    private var answerIsWhole = false

    package init() {}

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The parser takes for a second request what the framing took for the first: whoever is in between may see yet another one.
        guard !requestIsWhole else { return context.close(promise: nil) }
        switch unwrapInboundIn(data) {
        case .head(let head): tell(.body(length: Self.bodyLength(head)), context)
        case .body: break
        case .end:
            requestIsWhole = true
            tell(.whole, context)
        }
        context.fireChannelRead(data)
        endTurn(context)
    }

    /// The bytes of a request's body; nil for chunks.
    private static func bodyLength(_ head: HTTPRequestHead) -> Int? {
        head.headers.contains(name: "transfer-encoding") ? nil : head.headers.first(name: "content-length").flatMap { Int($0) }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError || error is RequestLineTooLong { tell(.broken, context) }
        context.fireErrorCaught(error)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolated().whenSuccess { [self] in
            answerIsWhole = true
            endTurn(context)
        }
        context.write(data, promise: promise)
    }

    private func endTurn(_ context: ChannelHandlerContext) {
        guard requestIsWhole, answerIsWhole else { return }
        requestIsWhole = false
        answerIsWhole = false
        tell(.answered, context)
    }

    private func tell(_ stage: RequestStage, _ context: ChannelHandlerContext) {
        context.triggerUserOutboundEvent(stage, promise: nil)
    }
}
