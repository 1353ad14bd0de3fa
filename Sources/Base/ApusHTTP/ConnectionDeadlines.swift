package import NIOCore

/// The times that a connection may take.
package struct ConnectionTimes: Sendable {
    /// From the accept to the first byte.
    package var silence: TimeAmount
    /// From an answer to the first byte of the next request.
    package var idle: TimeAmount
    /// From a request's first byte to its last one, the body's included.
    package var request: TimeAmount
    /// In which a client takes nothing of its answer.
    package var stall: TimeAmount
    /// From a request's last byte to the last one of its answer.
    package var answer: TimeAmount

    package init(silence: TimeAmount, idle: TimeAmount, request: TimeAmount, stall: TimeAmount, answer: TimeAmount) {
        self.silence = silence
        self.idle = idle
        self.request = request
        self.stall = stall
        self.answer = answer
    }
}

/// Closes a connection whose client is too slow with a request as a whole, or with taking an answer as a whole.
///
/// A byte now and then prolongs nothing. The handler looks at no byte, so that it comes before those of a protocol; ``RequestStages``
/// and ``RequestTurns``, which come after it, tell it where a request and an answer end, and when bytes of the next one wait.
package final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = IOData

    /// Progress that comes sooner than this after the last one is not noted.
    private static let grain = TimeAmount.milliseconds(1)

    private let times: ConnectionTimes
    private let place: ConnectionPlace?
    private var phase = ConnectionPhase.idle
    /// Whether the answer has no time of its own (``RequestStage/following``).
    private var isFollowed = false
    /// Past it the phase has taken too long; of one that sends, the whole answer has.
    private var deadline = NIODeadline.distantFuture
    /// When the client took something last, or was given something that it has room for.
    private var progress = NIODeadline.distantPast
    /// One for all phases: it looks again when a deadline was put off meanwhile.
    private var timer: (due: NIODeadline, task: Scheduled<Void>)?

    /// - Parameter place: of the connection; nil where nobody counts connections.
    package init(_ times: ConnectionTimes, place: ConnectionPlace?) {
        self.times = times
        self.place = place
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { enter(.idle, within: times.silence, context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        enter(.idle, within: times.silence, context)
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if phase == .idle { enter(.receiving, within: times.request, context) }
        context.fireChannelRead(data)
    }

    package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event as? RequestStage {
        case .whole: enter(.working, within: times.answer, context)
        case .following: follow(context)
        case .answered: enter(.idle, within: times.idle, context)
        case .begun: enter(.receiving, within: times.request, context)
        case .body, .broken: break
        case nil: return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // What a server has to say before the request is whole does not prolong the request.
        if phase == .working || phase == .sending, !isFollowed { advance(context) }
        context.write(data, promise: promise)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if phase == .sending, context.channel.isWritable { advance(context) }
        context.fireChannelWritabilityChanged()
    }

    private func advance(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        // The pieces of an answer come by the dozen in a millisecond.
        guard phase != .sending || now >= progress + Self.grain else { return }
        progress = now
        place?.enter(.sending, at: now)
        guard phase != .sending else { return }
        phase = .sending
        arm(context)
    }

    /// Keeps the connection's place while its client follows an answer: it goes neither for its time nor for another.
    private func follow(_ context: ChannelHandlerContext) {
        isFollowed = true
        phase = .working
        deadline = .distantFuture
        place?.enter(.working, at: context.eventLoop.now)
        timer?.task.cancel()
        timer = nil
    }

    private func enter(_ phase: ConnectionPhase, within time: TimeAmount, _ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        isFollowed = false
        self.phase = phase
        deadline = now + time
        place?.enter(phase, at: now)
        arm(context)
    }

    /// When the connection is looked at next.
    private var due: NIODeadline { phase == .sending ? min(deadline, progress + times.stall) : deadline }

    private func arm(_ context: ChannelHandlerContext) {
        if let timer, timer.due <= due { return }
        timer?.task.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let due = due
        timer = (due, context.eventLoop.scheduleTask(deadline: due) { bound.value.0.look(bound.value.1) })
    }

    private func look(_ context: ChannelHandlerContext) {
        timer = nil
        let now = context.eventLoop.now
        guard now >= due else { return arm(context) }
        let reason: ConnectionCutReason =
            switch phase {
            case .idle: .idle
            case .receiving: .request
            case .working: .answer
            case .sending: now >= deadline ? .answer : .stalled
            }
        place?.cut(reason)
        context.close(promise: nil)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        context.fireChannelInactive()
    }
}
