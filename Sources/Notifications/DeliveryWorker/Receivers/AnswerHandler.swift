import ApusLimits
import NIOCore
import NIOHTTP1
import NotificationStore

/// The end of a connection's pipeline: sends one request at a time, and does what ``AnswerState`` says about the answer.
///
/// It lives on the connection's event loop.
final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let pool: ReceiverConnections
    private let destination: Destination
    private var state = AnswerState()
    private var context: ChannelHandlerContext?
    private var race: Race<HTTPResponseHead>?
    private var patience: Scheduled<Void>?
    private var isDrained = false

    init(pool: ReceiverConnections, destination: Destination) {
        self.pool = pool
        self.destination = destination
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        perform(state.fail(nil))
        self.context = nil
    }

    /// Sends a request; the race is won with the head of its answer, or lost.
    func send(_ head: HTTPRequestHead, body: ByteBuffer, race: Race<HTTPResponseHead>) {
        guard let context, context.channel.isActive, state.begin() else {
            race.fail(state.earlyFailure ?? ExchangeError.closed(received: 0))
            return
        }
        self.race = race
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func receive(bytes: Int) { perform(state.receive(bytes: bytes)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { perform(state.receive(unwrapInboundIn(data))) }

    func channelInactive(context: ChannelHandlerContext) {
        perform(state.fail(nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        perform(state.fail(.of(error, received: state.received)))
        context.close(promise: nil)
    }

    private func perform(_ action: AnswerState.Action) {
        switch action {
        case .wait: break
        case .answer(let head):
            race?.succeed(head)
            race = nil
            drain()
        case .fail(let error):
            race?.fail(error)
            race = nil
            close()
        case .finish(let isReusable):
            endDraining()
            guard isReusable, let context else { return close() }
            pool.put(
                ReceiverConnection(channel: context.channel, handler: NIOLoopBound(self, eventLoop: context.eventLoop)),
                destination)
        case .close: close()
        }
    }

    /// Waits for the rest of an answer, which nobody else waits for.
    private func drain() {
        guard let context, pool.beginDraining() else { return close() }
        isDrained = true
        let channel = context.channel
        patience = context.eventLoop.scheduleTask(in: TimeAmount(DeliveryLimits.answerBodyTime.value)) {
            channel.close(promise: nil)
        }
    }

    private func endDraining() {
        patience?.cancel()
        patience = nil
        if isDrained { pool.endDraining() }
        isDrained = false
    }

    private func close() {
        endDraining()
        context?.close(promise: nil)
    }
}

/// Counts the bytes of an answer before they are decoded, so that a head without an end is bounded as well.
final class AnswerByteCounter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let answer: AnswerHandler

    init(_ answer: AnswerHandler) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.receive(bytes: unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }
}
