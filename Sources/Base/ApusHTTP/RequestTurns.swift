package import NIOCore
package import NIOHTTP1

/// Hands out one request at a time, and reads from the client again when the answer to the last one is with the kernel.
///
/// It takes the place of NIO's `HTTPServerPipelineHandler`, which hands out the next request from within the end of the last answer:
/// a client that pipelines keeps the loop for itself then, with all of its answers in memory. What waits here is what one read of the
/// socket brought. Each request is told to the handlers before this one (``RequestStage``).
package final class RequestTurns: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private enum Held {
        case part(HTTPServerRequestPart)
        case error(any Error)
        case inputClosed
    }

    private let turns: TurnQueue
    private let peer: ConnectionPeer
    private var held = CircularBuffer<Held>()
    private var requestIsWhole = false
    private var answerIsWhole = false
    private var isDelivering = false
    private var readIsPending = false

    /// - Parameters:
    ///   - turns: of the loop of this connection.
    ///   - peer: whose turns they are.
    package init(_ turns: TurnQueue, for peer: ConnectionPeer) {
        self.turns = turns
        self.peer = peer
    }

    /// A whole request waits for its answer, or others wait for their turn.
    private var isBusy: Bool { requestIsWhole || !held.isEmpty || isDelivering }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(.part(unwrapInboundIn(data)), context)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { take(.error(error), context) }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
        take(.inputClosed, context)
    }

    private func take(_ event: Held, _ context: ChannelHandlerContext) {
        if isBusy { held.append(event) } else { deliver(event, context) }
    }

    private func deliver(_ event: Held, _ context: ChannelHandlerContext) {
        switch event {
        case .error(let error): context.fireErrorCaught(error)
        case .inputClosed: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .part(let part):
            if case .end = part {
                requestIsWhole = true
                context.triggerUserOutboundEvent(RequestStage.whole, promise: nil)
            }
            context.fireChannelRead(wrapInboundOut(part))
            endTurn(context)
        }
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
        context.triggerUserOutboundEvent(RequestStage.answered, promise: nil)
        next(context)
    }

    /// Hands out what waits, up to the end of one request, in a turn of its own; with nothing left, reads on.
    private func next(_ context: ChannelHandlerContext) {
        guard !isDelivering else { return }
        guard !held.isEmpty else {
            if readIsPending {
                readIsPending = false
                context.read()
            }
            return
        }
        isDelivering = true
        turns.add(for: peer) { [self] in
            while !requestIsWhole, let event = held.popFirst() { deliver(event, context) }
            isDelivering = false
            context.fireChannelReadComplete()
            if !requestIsWhole { next(context) }
        }
    }

    package func read(context: ChannelHandlerContext) {
        if isBusy { readIsPending = true } else { context.read() }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        held.removeAll()
        context.fireChannelInactive()
    }
}
