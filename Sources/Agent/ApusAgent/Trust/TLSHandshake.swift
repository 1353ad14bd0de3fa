import AgentMetrics
import ApusHTTP
import ApusLimits
import NIOCore
import NIOSSL
import NIOTLS

/// The part of a connection with TLS that comes before the encryption: has the computations of its handshake done in the turns of its
/// peer, so that who begins one after the other does not take the time of all.
///
/// ``ConnectionDeadlines``, which comes before it, bounds the time from the first byte of the handshake to the last one of the first
/// request.
final class HandshakeTurns: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let turns: TurnQueue
    private let place: ConnectionPlace
    /// Bytes that the encryption has not been given.
    private var waiting: ByteBuffer?
    private var readIsPending = false
    /// Bytes of the handshake that have come.
    private var begun = 0
    private var isRefused = false
    /// Whether the handshake is over, after which bytes go straight through.
    var isOver = false

    init(_ turns: TurnQueue, place: ConnectionPlace) {
        self.turns = turns
        self.place = place
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        guard !isOver else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        // What a record of TLS with a handshake begins with (RFC 8446, 5.1).
        guard begun > 0 || bytes.readableBytesView.first == 22 else { return refuse(context) }
        // The last bytes of a handshake can come together with a request.
        guard begun <= TrustLimits.handshake.value.bytes else {
            isRefused = true
            waiting = nil
            return context.fireErrorCaught(HandshakeFault.long)
        }
        begun += bytes.readableBytes
        guard waiting == nil else {
            waiting?.writeBuffer(&bytes)
            return
        }
        waiting = bytes
        turns.add(for: place.peer) { [self] in
            guard let bytes = waiting else { return }
            waiting = nil
            context.fireChannelRead(wrapInboundOut(bytes))
            context.fireChannelReadComplete()
            guard readIsPending else { return }
            readIsPending = false
            context.read()
        }
    }

    func read(context: ChannelHandlerContext) { if waiting == nil { context.read() } else { readIsPending = true } }

    /// Says to who speaks HTTP that TLS is spoken here, as Go's servers do.
    private func refuse(_ context: ChannelHandlerContext) {
        isRefused = true
        let text = "this port speaks TLS: ask by https://"
        let answer =
            "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: \(text.utf8.count + 1)\r\n\r\n\(text)\n"
        context.fireErrorCaught(HandshakeFault.none)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        waiting = nil
        context.fireChannelInactive()
    }
}

/// What is wrong with a handshake before the encryption has seen it.
enum HandshakeFault: Error {
    /// The first bytes of the connection are of something else.
    case none
    /// It goes on past ``TrustLimits/handshake``.
    case long
}

/// The part of a connection with TLS that comes after the encryption: sees that the handshake is over, and who the client is.
final class HandshakeEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let trust: WebTrust
    private let tls: ServerTLS
    private let handler: NIOSSLServerHandler
    private let turns: HandshakeTurns
    private let place: ConnectionPlace
    private var isRefused = false

    init(_ trust: WebTrust, _ tls: ServerTLS, _ handler: NIOSSLServerHandler, _ turns: HandshakeTurns, place: ConnectionPlace) {
        self.trust = trust
        self.tls = tls
        self.handler = handler
        self.turns = turns
        self.place = place
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted? = event as? TLSUserEvent else { return context.fireUserInboundEventTriggered(event) }
        turns.isOver = true
        guard tls.takes(handler.peerCertificate) else {
            refuse(context, .certificate, "its certificate has none of the names of client_allowed_sans")
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { if !isRefused { context.fireChannelRead(data) } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isRefused else { return }
        switch error {
        case HandshakeFault.none: refuse(context, .handshake, "it does not speak TLS", closes: false)
        case HandshakeFault.long:
            refuse(context, .handshake, "its handshake is longer than \(TrustLimits.handshake.value.limitText)")
        case let error as NIOSSLError:
            // Of a connection that has ended: who asks no more need not say so.
            guard case .handshakeFailed(let reason) = error else { return context.fireErrorCaught(error) }
            refuse(context, .handshake, "its handshake failed: \(reason)")
        default: context.fireErrorCaught(error)
        }
    }

    private func refuse(_ context: ChannelHandlerContext, _ reason: DenialReason, _ words: String, closes: Bool = true) {
        isRefused = true
        trust.deny(reason, place.peer, words)
        if closes { context.close(promise: nil) }
    }
}
