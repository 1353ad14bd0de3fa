import ApusHTTP
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization

/// The server's side of a connection, with the handlers of ApusHTTP and NIO's parser, on a loop whose time a test moves.
final class HTTPServerConnection {
    let channel = EmbeddedChannel()
    let requests = Requests()
    private let cuts = Mutex<[ConnectionCutReason]>([])

    static let times = ConnectionTimes(
        silence: .seconds(10), idle: .seconds(120), request: .seconds(10), stall: .seconds(5), answer: .seconds(60))

    static let mostWaiting = 4096

    final class Requests: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        var uris: [String] = []
        var hosts: [String] = []
        /// Answers each request as soon as it is whole.
        var answers = true
        private var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                uris.append(head.uri)
                hosts += head.headers["host"]
            case .body: break
            case .end: if answers { answer() }
            }
        }

        func begin() {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "2"])
            context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }

        func finish() {
            context?.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "ok")))), promise: nil)
            context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func answer() {
            begin()
            finish()
        }
    }

    init() throws {
        let gate = ConnectionGate(
            ConnectionPlaces(places: 4, share: 4, reserve: 1, stall: .seconds(1)),
            cut: { [weak self] cut in self?.cuts.withLock { $0.append(cut.reason) } })
        guard let place = gate.admit(.ipv4(1), at: channel.eventLoop.now, close: { _ in }), place.seat(channel) else {
            throw ChannelError.ioOnClosedChannel
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 256
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
            ConnectionDeadlines(Self.times, place: place),
            RequestTurns(TurnQueue(channel.eventLoop), place: place, mostWaiting: Self.mostWaiting), RequestLineLimit(64),
        ])
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits)
        try pipeline.addHandlers([
            RequestStages(), RequestHeads(), RequestErrors(), requests,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    var cutReasons: [ConnectionCutReason] { cuts.withLock { $0 } }
    var isOpen: Bool { channel.isActive }

    func receive(_ text: String) {
        _ = try? channel.writeInbound(ByteBuffer(string: text))
    }

    func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    /// What was sent since the last time.
    func sent() throws -> String {
        var text = ""
        while let data = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = data { text += String(buffer: buffer) }
        }
        return text
    }
}

extension HTTPServerConnection: @unchecked Sendable {
    // Unchecked: an embedded channel is used by the thread of its test alone.
}
