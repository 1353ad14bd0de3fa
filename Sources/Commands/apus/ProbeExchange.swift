import NIOCore
import NIOHTTP1

/// One request on a connection, and its answer: the first of an answer, an error and a deadline decides, and closes the connection.
///
/// It lives on the connection's event loop.
final class ProbeExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequestHead
    private let promise: EventLoopPromise<HTTPProbe.Answer>
    private var context: ChannelHandlerContext?
    private var status: Int?
    private var body: [UInt8] = []
    private var isOver = false

    init(_ request: HTTPRequestHead, on loop: any EventLoop) {
        self.request = request
        promise = loop.makePromise()
    }

    /// What comes of it.
    var answer: EventLoopFuture<HTTPProbe.Answer> { promise.futureResult }

    /// Ends it, if nothing has.
    func finish(_ result: Result<HTTPProbe.Answer, any Error>) {
        guard !isOver else { return }
        isOver = true
        promise.completeWith(result)
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if isOver { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            let status = Int(head.status.code)
            switch status {
            case ..<100, 101: finish(.failure(HTTPProbeError.status(status)))
            case 100..<200: break
            default: self.status = status
            }
        case .body(let bytes):
            guard body.count + bytes.readableBytes <= HTTPProbe.longestBody else {
                return finish(.failure(HTTPProbeError.longBody))
            }
            body += bytes.readableBytesView
        case .end:
            guard let status else { return }
            finish(.success(HTTPProbe.Answer(status: status, body: body)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(HTTPProbeError.closed))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure((error as? HTTPParserError) == .invalidEOFState ? HTTPProbeError.closed : error))
    }
}
