package import NIOCore

/// Gives a parser the bytes of one request at a time, and reads from the client again when the answer to the last one is with the kernel.
///
/// It takes the place of NIO's `HTTPServerPipelineHandler`, which comes after the parser and hands out the next request from within the
/// end of the last answer: a client that pipelines keeps the loop for itself then, with all of its requests in memory, each many times
/// as large as its bytes. Here what one read of the socket brought waits as bytes. The handler comes before the parser, and
/// ``RequestStages`` after it tells where each request ends.
package final class RequestTurns: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = IOData

    private let turns: TurnQueue
    private let place: ConnectionPlace
    private let mostWaiting: Int
    private var framing = RequestFraming()
    /// Bytes that the parser has not been given.
    private var waiting = ByteBuffer()
    /// A whole request waits for its answer.
    private var isWhole = false
    /// What waits has asked for its turn.
    private var isTurning = false
    private var inputIsClosed = false
    private var readIsPending = false
    /// Nothing that comes is read any more.
    private var isBroken = false

    /// - Parameters:
    ///   - turns: of the loop of this connection.
    ///   - place: of the connection, whose peer has the turns.
    ///   - mostWaiting: bytes that may wait for an answer; past them the connection is closed. A read of the socket is less; all that
    ///     the kernel holds comes at once when the client closes its side.
    package init(_ turns: TurnQueue, place: ConnectionPlace, mostWaiting: Int) {
        self.turns = turns
        self.place = place
        self.mostWaiting = mostWaiting
    }

    private var isBusy: Bool { isWhole || isTurning }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        var buffer = unwrapInboundIn(data)
        if waiting.readableBytes == 0 { waiting = buffer } else { waiting.writeBuffer(&buffer) }
        guard isBusy else { return feed(context) }
        guard waiting.readableBytes > mostWaiting else { return }
        stopReading()
        place.cut(.pipelined)
        context.close(promise: nil)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent, isBusy else { return context.fireUserInboundEventTriggered(event) }
        inputIsClosed = true
    }

    /// Gives the parser what waits, up to the end of one request; with nothing left, reads on.
    private func feed(_ context: ChannelHandlerContext) {
        while !isBusy, waiting.readableBytes > 0,
            let piece = waiting.readSlice(length: framing.take(waiting.readableBytesView))
        {
            context.fireChannelRead(wrapInboundOut(piece))
        }
        guard !isBusy else { return }
        if inputIsClosed {
            inputIsClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        readOn(context)
    }

    package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event as? RequestStage {
        case .body(let length): framing.beginBody(length: length)
        case .broken: stopReading()
        case .whole:
            isWhole = true
            framing.end()
            return context.triggerUserOutboundEvent(event, promise: promise)
        case .answered:
            isWhole = false
            context.triggerUserOutboundEvent(event, promise: promise)
            return next(context)
        case .begun, .following, nil: return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
    }

    /// Has what waits given to the parser in a turn of its own.
    private func next(_ context: ChannelHandlerContext) {
        guard waiting.readableBytes > 0 || inputIsClosed else { return readOn(context) }
        // Empty lines between requests are no beginning, RFC 9112, section 2.2.
        if waiting.readableBytesView.contains(where: { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }) {
            context.triggerUserOutboundEvent(RequestStage.begun, promise: nil)
        }
        isTurning = true
        turns.add(for: place.peer) { [self] in
            isTurning = false
            feed(context)
            context.fireChannelReadComplete()
        }
    }

    private func stopReading() {
        isBroken = true
        waiting.clear(minimumCapacity: 0)
    }

    package func read(context: ChannelHandlerContext) {
        if isBusy { readIsPending = true } else { context.read() }
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard readIsPending else { return }
        readIsPending = false
        context.read()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        stopReading()
        context.fireChannelInactive()
    }
}
