import ApusHTTP
import ApusLimits
import NIOCore

/// The events of one follower: what is written, and what becomes of a follower that does not read.
///
/// While an event is on its way, others are left out, and all rows follow it: whoever reads slowly gets fewer events and
/// costs no memory.
final class LiveStream {
    private let feed: LiveFeed
    private let writer: AnswerWriter
    private let connection: ConnectionPlace
    /// Let go when the stream ends, whatever holds the stream.
    private var place: LivePlace?
    /// Past it an event has not been taken in its time.
    private var patience: Scheduled<Void>?
    private var beats: RepeatedTask?
    /// Whether an event was left out.
    private var isBehind = false
    private var hasBegun = false
    private var hasWritten = false
    private var shown: UInt64 = 0

    /// Comes where there is nothing to tell, so that whoever is in between keeps the connection.
    private static let beat = TimeAmount.seconds(15)
    private static let patience = TimeAmount(RosterLimits.patience.value)
    /// What a follower is given to take the last event.
    private static let farewell = TimeAmount.seconds(1)

    init(_ feed: LiveFeed, _ place: LivePlace, writer: AnswerWriter, connection: ConnectionPlace) {
        self.feed = feed
        self.place = place
        self.writer = writer
        self.connection = connection
    }

    /// Begins with how soon to come again, and all rows.
    func begin(_ context: ChannelHandlerContext) {
        hasBegun = true
        context.triggerUserOutboundEvent(RequestStage.following, promise: nil)
        // Nothing is read from a client whose answer is under way, and its end would not be seen.
        try? context.pipeline.syncOperations.addHandler(InputEnd(), position: .first)
        var first = ByteBuffer(string: "retry: 2000\n\n")
        if let whole = feed.whole() {
            shown = whole.number
            first.writeImmutableBuffer(whole.event)
        } else {
            isBehind = true
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        beats = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.beat, delay: Self.beat) { _ in
            bound.value.0.keepAlive(bound.value.1)
        }
        write(first, context)
    }

    /// Tells of a turn.
    func take(_ event: LiveEvent, _ context: ChannelHandlerContext) {
        guard place != nil, hasBegun, event.number > shown else { return }
        guard patience == nil else { return isBehind = true }
        if let changes = event.changes, !isBehind, event.number == shown + 1 {
            shown = event.number
            return write(changes, context)
        }
        guard let whole = feed.whole() else { return }
        isBehind = false
        shown = whole.number
        write(whole.event, context)
    }

    private func keepAlive(_ context: ChannelHandlerContext) {
        defer { hasWritten = false }
        if !hasWritten, patience == nil, place != nil { write(ByteBuffer(string: ": beat\n\n"), context) }
    }

    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        hasWritten = true
        let channel = context.channel
        patience = context.eventLoop.scheduleTask(in: Self.patience) { [connection] in
            connection.cut(.stalled)
            channel.close(promise: nil)
        }
        writer.send(bytes, context) { [self] in
            patience?.cancel()
            patience = nil
        }
    }

    /// Ends the stream with a last event.
    func end(_ context: ChannelHandlerContext) {
        guard place != nil else { return }
        letGo()
        let channel = context.channel
        let end = context.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
        writer.write(
            ByteBuffer(string: "event: end\ndata: {\"reason\":\"the agent stops, or its clients are others from now on\"}\n\n"),
            context)
        writer.end(context) { end.cancel() }
    }

    /// Gives the place back; the connection has ended, or is to end.
    func letGo() {
        place = nil
        patience?.cancel()
        patience = nil
        beats?.cancel()
        beats = nil
    }
}

/// Closes a connection whose client has closed its side, as nobody follows whose end is not seen.
private final class InputEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
