import ApusHTTP
import ApusLimits
import Logging
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection; bodies are read and ignored.
///
/// A stream is written as fast as the client reads it and not faster: at most a piece waits in memory. Answers and their pieces are
/// made in turns of the peers, between which the event loop looks at its sockets, so that nobody's scrapes hold up another's.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let responder: Responder
    private let place: ConnectionPlace
    private let turns: TurnQueue
    /// Bytes of the request's body so far.
    private var bodySize = 0
    private var head: HTTPRequestHead?
    private var stream: ResponseStream?
    /// The place among scrapes of a large answer that is no stream.
    private var ticket: ScrapeTicket?
    private var keepsAlive = true
    private var isScheduled = false
    /// From a request's head to the last byte of its answer.
    private var isBusy = false
    private var hasAnswered = false
    private var isGone = false
    /// The endpoint stops: after the answer the connection ends.
    private var isDraining = false
    /// Past it nobody waits for the rest, and without its end nobody takes what came for whole.
    private var deadline: Scheduled<Void>?
    /// Used over and over: once a piece is with the kernel, nobody else refers to its memory.
    private var buffer = ByteBuffer()

    /// - Parameters:
    ///   - place: of the connection.
    ///   - turns: of the event loop.
    init(responder: Responder, place: ConnectionPlace, turns: TurnQueue) {
        self.responder = responder
        self.place = place
        self.turns = turns
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            bodySize = 0
            isBusy = true
        case .body(let bytes):
            bodySize += bytes.readableBytes
            guard let head, bodySize > EndpointLimits.body.value.bytes else { return }
            self.head = nil
            keepsAlive = false
            send(.text(.payloadTooLarge, "no page takes a body"), to: head, context)
        case .end:
            guard let head else { return }
            self.head = nil
            // Whether the agent lives is said at once.
            if Page(uri: head.uri)?.isCheap ?? true { return answer(head, context) }
            turns.add(for: place.peer) { [self] in if !isGone { answer(head, context) } }
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        keepsAlive = head.isKeepAlive && !isDraining
        send(responder.answer(head, from: client(context)), to: head, context)
    }

    private func client(_ context: ChannelHandlerContext) -> Client {
        let channel = context.channel
        return Client(
            address: context.remoteAddress, peer: place.peer, isReserved: place.isReserved, now: context.eventLoop.now
        ) { [place] in
            place.cut(.full)
            channel.close(promise: nil)
        }
    }

    private func send(_ answer: Answer, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        switch answer.body {
        case .unmade:
            writeHead(answer, of: request, framing: [], context)
            end(context)
        case .bytes(let bytes):
            ticket = answer.ticket
            ticket?.wait(at: context.eventLoop.now)
            writeHead(answer, of: request, framing: Self.framing(bytes.count), context)
            if request.method != .HEAD { write(bytes, context) }
            end(context)
        case .stream(let stream):
            do {
                let first = try stream.next()
                // What fits into one piece has a length; what does not is chunked, or ends with the connection in HTTP/1.0.
                var framing = first.isLast ? Self.framing(first.bytes.count) : [("Transfer-Encoding", "chunked")]
                if !first.isLast, request.version != .http1_1 {
                    keepsAlive = false
                    framing = []
                }
                writeHead(answer, of: request, framing: framing, context)
                write(first.bytes, context)
                guard !first.isLast else { return end(context) }
                self.stream = stream
                context.flush()
                let channel = context.channel
                deadline = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(stream.nanosecondsLeft))) {
                    channel.close(promise: nil)
                }
                schedule(context)
            } catch { abort(error, context) }
        }
    }

    private static func framing(_ length: Int) -> [(String, String)] { [("Content-Length", String(length))] }

    private func writeHead(
        _ answer: Answer, of request: HTTPRequestHead, framing: [(String, String)], _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders([("Content-Type", answer.contentType), ("Server", "apus-agent")])
        for (name, value) in framing + answer.headers { headers.add(name: name, value: value) }
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: request.version, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard !bytes.isEmpty else { return }
        buffer.clear()
        buffer.writeBytes(bytes)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [self] _ in
            isBusy = false
            hasAnswered = true
            ticket = nil
            if !keepsAlive || isDraining { channel.close(promise: nil) }
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard let stream, !isScheduled else { return }
        let hasRoom = context.channel.isWritable
        stream.note(hasRoom: hasRoom, at: context.eventLoop.now)
        guard hasRoom else { return }
        isScheduled = true
        turns.add(for: place.peer) { [self] in
            isScheduled = false
            continueStream(context)
        }
    }

    private func continueStream(_ context: ChannelHandlerContext) {
        guard let stream else { return }
        do {
            let piece = try stream.next()
            write(piece.bytes, context)
            if piece.isLast {
                drop()
                end(context)
            } else {
                context.flush()
                schedule(context)
            }
        } catch { abort(error, context) }
    }

    /// What was sent must not look whole.
    private func abort(_ error: any Error, _ context: ChannelHandlerContext) {
        responder.logger.error("a response could not be made to its end", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        schedule(context)
        context.fireChannelWritabilityChanged()
    }

    private func drop() {
        stream = nil
        deadline?.cancel()
        deadline = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        drop()
        ticket = nil
        buffer = ByteBuffer()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let step = event as? DrainStep {
            isDraining = true
            if !isBusy, hasAnswered || step == .silent { context.close(promise: nil) }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
