import Glibc
package import NIOCore

/// Has a listening socket accept many connections at a time, and none while the process has no descriptor left.
///
/// It goes into the pipeline of the listening channel. Clients that connect and go fill the kernel's queue faster than a few at a
/// time empty it, and the kernel drops those who come then. A failed accept leaves the client in the queue and the read pending, so that
/// the socket is looked at again at once; here the loop stops looking, for longer each time, unless a connection can be closed to make
/// room.
package final class AcceptBackoff: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private let makeRoom: () -> Bool
    private let paused: (IOError, TimeAmount) -> Void
    private var pause = shortest
    private var isPausing = false
    /// A connection was closed for the next accept.
    private var hasMadeRoom = false

    private static let shortest = TimeAmount.milliseconds(50)
    private static let longest = TimeAmount.seconds(1)
    /// Connections that are accepted before the loop looks at others.
    private static let accepts: UInt = 64
    /// In which another loop closes what is to make room.
    private static let closing = TimeAmount.milliseconds(1)

    /// - Parameters:
    ///   - makeRoom: closes something, whose descriptor is free at once or as soon as the loop of its connection turns; returns
    ///     whether there was anything.
    ///   - paused: is told why nobody is accepted, and for how long.
    package init(makeRoom: @escaping () -> Bool, paused: @escaping (IOError, TimeAmount) -> Void) {
        self.makeRoom = makeRoom
        self.paused = paused
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: Self.accepts)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Self.passes(error) else { return context.fireErrorCaught(error) }
        guard error.errnoCode != ECONNABORTED, !isPausing else { return }
        if makeRoom() {
            if hasMadeRoom { stopAccepting(for: Self.closing, context) }
            hasMadeRoom = true
        } else {
            paused(error, pause)
            stopAccepting(for: pause, context)
            pause = min(pause * 2, Self.longest)
        }
    }

    /// The errors of accept(2) after which a later call can succeed.
    private static func passes(_ error: IOError) -> Bool {
        [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
    }

    private func stopAccepting(for time: TimeAmount, _ context: ChannelHandlerContext) {
        isPausing = true
        look(false, context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: time) {
            let (backoff, context) = bound.value
            backoff.isPausing = false
            if context.channel.isActive { backoff.look(true, context) }
        }
    }

    /// Has the loop look at the socket, or not; a read that is not made any more is no help, as the last one is pending still.
    private func look(_ looks: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: looks)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pause = Self.shortest
        hasMadeRoom = false
        context.fireChannelRead(data)
    }
}
