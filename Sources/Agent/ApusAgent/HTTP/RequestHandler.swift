import Logging
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection; bodies are read and ignored.
///
/// A stream is written as fast as the client reads it and not faster: at most a piece waits in memory. Between pieces the event
/// loop turns, so that a large scrape holds up nobody.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let responder: Responder
    private var head: HTTPRequestHead?
    private var stream: ResponseStream?
    private var keepsAlive = true
    private var isScheduled = false
    /// From a request's head to the last byte of its answer.
    private var isBusy = false
    private var hasAnswered = false
    /// The endpoint stops: after the answer the connection ends.
    private var isDraining = false
    /// Past it nobody waits for the rest, and without its end nobody takes what came for whole.
    private var deadline: Scheduled<Void>?
    /// Used over and over: once a piece is with the kernel, nobody else refers to its memory.
    private var buffer = ByteBuffer()

    init(responder: Responder) { self.responder = responder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            isBusy = true
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            respond(to: head, context)
        }
    }

    private func respond(to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let answer = responder.answer(request, from: context.remoteAddress)
        keepsAlive = request.isKeepAlive && !isDraining
        switch answer.body {
        case .bytes(let bytes):
            writeHead(answer, of: request, length: bytes.count, context)
            if request.method != .HEAD { write(bytes, context) }
            end(context)
        case .stream(let stream):
            do {
                if request.method == .HEAD {
                    // Made for its length alone: a head without one would have to be followed by chunks.
                    var length = 0
                    var isLast = false
                    while !isLast {
                        let piece = try stream.next()
                        length += piece.bytes.count
                        isLast = piece.isLast
                    }
                    writeHead(answer, of: request, length: length, context)
                    return end(context)
                }
                let first = try stream.next()
                // What fits into one piece has a length; what does not is chunked, or ends with the connection in HTTP/1.0.
                if !first.isLast, request.version != .http1_1 { keepsAlive = false }
                writeHead(answer, of: request, length: first.isLast ? first.bytes.count : nil, context)
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

    private func writeHead(_ answer: Answer, of request: HTTPRequestHead, length: Int?, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("Content-Type", answer.contentType), ("Server", "apus-agent")])
        if let length { headers.add(name: "Content-Length", value: String(length)) }
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
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
            if !keepsAlive || isDraining { channel.close(promise: nil) }
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard stream != nil, !isScheduled, context.channel.isWritable else { return }
        isScheduled = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.isScheduled = false
            handler.continueStream(context)
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
        drop()
        buffer = ByteBuffer()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let step = event as? DrainStep {
            isDraining = true
            if !isBusy, hasAnswered || step == .silent { context.close(promise: nil) }
            return
        }
        // A connection that says nothing for too long is closed: a slow client costs nothing. One that reads a response is not
        // silent: that has a deadline of its own.
        if event is IdleStateHandler.IdleStateEvent {
            if stream == nil { context.close(promise: nil) }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
