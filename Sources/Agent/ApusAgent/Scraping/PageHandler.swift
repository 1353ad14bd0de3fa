import AgentMetrics
import ApusLimits
import NIOCore
import NIOHTTP1

/// Asks for a page over one connection, again and again, and takes each answer whole. Belongs to the connection's event loop.
///
/// What comes unasked ends the connection: an answer is taken for the request that it follows, and for no other.
final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// A request whose answer is not whole.
    private struct Exchange {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        /// Asks for room for bytes of the body.
        let hold: (Int) -> Bool
        let done: (Result<PageAnswer, ScrapeFault>) -> Void
    }

    private let wire: WireLimit
    private let lineEnds: HeadLineEnds
    private var exchange: Exchange?
    private var context: ChannelHandlerContext?
    private var isClosed = false

    private init(wire: WireLimit, lineEnds: HeadLineEnds) {
        self.wire = wire
        self.lineEnds = lineEnds
    }

    /// Whether the connection can be asked.
    var isOpen: Bool { !isClosed && context?.channel.isActive ?? false }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - hold: asks for room for bytes of the page; without it the answer has failed already.
    ///   - done: is called once, unless the connection is closed from here.
    func ask(
        _ head: HTTPRequestHead, hold: @escaping (Int) -> Bool, done: @escaping (Result<PageAnswer, ScrapeFault>) -> Void
    ) {
        guard let context, isOpen, exchange == nil else { return done(.failure(.ended(isStarted: false))) }
        exchange = Exchange(hold: hold, done: done)
        wire.reset()
        lineEnds.reset()
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes the connection; nothing is said of a request that was under way.
    func close() {
        exchange = nil
        isClosed = true
        context?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard var exchange else { return close() }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard exchange.head == nil else { return fail(.ended(isStarted: true)) }
            if head.status != .ok { return fail(.status(head)) }
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            if length > ScrapeLimits.body.value.bytes { return fail(.tooLarge) }
            exchange.head = head
            self.exchange = exchange
        case .body(let bytes):
            guard exchange.body.count + bytes.readableBytes <= ScrapeLimits.body.value.bytes else { return fail(.tooLarge) }
            // Whoever has no room is told by who gives it.
            guard exchange.hold(bytes.readableBytes) else { return }
            self.exchange = nil
            exchange.body.append(contentsOf: bytes.readableBytesView)
            self.exchange = exchange
        case .end:
            guard let head = exchange.head else { return fail(.ended(isStarted: false)) }
            self.exchange = nil
            if !head.isKeepAlive { close() }
            exchange.done(
                .success(
                    PageAnswer(
                        contentType: head.headers.first(name: "content-type"),
                        contentEncoding: head.headers.first(name: "content-encoding"), body: exchange.body)))
        }
    }

    /// Ends the connection, as it is not known what comes next on it.
    private func fail(_ fault: ScrapeFault) {
        let done = exchange?.done
        close()
        done?(.failure(fault))
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.ended(isStarted: exchange?.head != nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is WireLimit.Overflow: fail(.tooLarge)
        case is HTTPParserError, is NIOHTTPDecoderError: fail(Self.fault(error, isStarted: exchange?.head != nil))
        default: fail(.ended(isStarted: exchange?.head != nil))
        }
    }

    private static func fault(_ error: any Error, isStarted: Bool) -> ScrapeFault {
        switch error as? HTTPParserError {
        case .invalidEOFState: .ended(isStarted: isStarted)
        case .headerOverflow:
            ScrapeFault(
                .limit,
                "its header fields have more than \(ScrapeLimits.head.value.limitText), or are more than \(ScrapeLimits.fields.value): take cookies and tokens off"
            )
        default: .notHTTP(error)
        }
    }

    /// Makes what speaks HTTP on a connection, with the handler at its end.
    static func add(to channel: any Channel) throws -> PageHandler {
        let wire = WireLimit()
        let lineEnds = HeadLineEnds()
        let handler = PageHandler(wire: wire, lineEnds: lineEnds)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = ScrapeLimits.head.value.bytes
        limits.maxHeaderListSize = ScrapeLimits.head.value.bytes
        limits.maxHeaderFieldCount = ScrapeLimits.fields.value
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(wire)
        try pipeline.addHandler(lineEnds)
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(handler)
        return handler
    }
}
