import AgentMetrics
import ApusHTTP
import ApusLimits
import CLinux
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
    /// What is told to a client that follows.
    private var live: LiveStream?
    /// The place among scrapes of a large answer that is no stream.
    private var ticket: ScrapeTicket?
    private var isScheduled = false
    private var isGone = false
    /// Past it nobody waits for the rest, and without its end nobody takes what came for whole.
    private var deadline: Scheduled<Void>?
    private let writer = AnswerWriter()

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
            writer.begin()
        case .body(let bytes):
            bodySize += bytes.readableBytes
            guard let head, bodySize > EndpointLimits.body.value.bytes else { return }
            self.head = nil
            writer.settle(head, canStay: false)
            send(.text(.payloadTooLarge, "no page takes a body"), to: head, context)
        case .end:
            guard let head else { return }
            self.head = nil
            // Whether the agent lives is said at once.
            let askedAt = apus_monotonic_nanoseconds()
            if Page(uri: head.uri)?.isCheap ?? true { return answer(head, context, askedAt: askedAt) }
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let isPrepared = responder.prepare(head, isReserved: place.isReserved) { [loop = context.eventLoop] unanswered in
                loop.execute { bound.value.0.queue(head, bound.value.1, askedAt: askedAt, without: unanswered) }
            }
            if !isPrepared { queue(head, context, askedAt: askedAt) }
        }
    }

    /// Answers in the turn of the peer.
    private func queue(
        _ head: HTTPRequestHead, _ context: ChannelHandlerContext, askedAt: UInt64,
        without unanswered: Set<InstanceIdentity> = []
    ) {
        turns.add(for: place.peer) { [self] in
            if !isGone { answer(head, context, askedAt: askedAt, without: unanswered) }
        }
    }

    private func answer(
        _ head: HTTPRequestHead, _ context: ChannelHandlerContext, askedAt: UInt64,
        without unanswered: Set<InstanceIdentity> = []
    ) {
        writer.settle(head)
        var client = client(context, askedAt: askedAt)
        client.unanswered = unanswered
        send(responder.answer(head, from: client), to: head, context)
    }

    private func client(_ context: ChannelHandlerContext, askedAt: UInt64) -> Client {
        let channel = context.channel
        return Client(
            address: context.remoteAddress, peer: place.peer, group: place.group, isReserved: place.isReserved,
            now: context.eventLoop.now,
            askedAt: askedAt,
            cut: { [place] in
                place.cut(.full)
                channel.close(promise: nil)
            }, channel: channel)
    }

    private func send(_ answer: Answer, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        switch answer.body {
        case .unmade:
            writer.writeHead(answer, to: request, .none, context)
            writer.end(context)
        case .bytes(let bytes):
            ticket = answer.ticket
            ticket?.wait(at: context.eventLoop.now)
            writer.write(answer, ByteBuffer(bytes: bytes), to: request, context) { [self] in ticket = nil }
        case .events(let room):
            writer.writeHead(answer, to: request, .pieces, context)
            let live = LiveStream(responder.live, room, writer: writer, connection: place)
            self.live = live
            live.begin(context)
        case .stream(let stream):
            do {
                let first = try stream.next()
                // What fits into one piece has a length.
                guard !first.isLast else { return writer.write(answer, first.bytes, to: request, context) }
                writer.writeHead(answer, to: request, .pieces, context)
                writer.write(first.bytes, context)
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
            writer.write(piece.bytes, context)
            if piece.isLast {
                drop()
                writer.end(context)
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
        live?.letGo()
        live = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? LiveEvent {
            live?.take(event, context)
            return
        }
        let isLast = writer.take(event, context)
        if event is DrainStep { live?.end(context) }
        if isLast { return }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
