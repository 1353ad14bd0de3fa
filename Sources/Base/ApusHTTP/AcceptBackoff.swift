import Glibc
package import NIOCore

/// Keeps a listening socket from turning its event loop without end while the process has no descriptor left.
///
/// It goes into the pipeline of the listening channel. A failed accept leaves the client in the queue, so that the socket stays
/// readable; here reading pauses, for longer each time, unless a connection can be closed to make room.
package final class AcceptBackoff: ChannelDuplexHandler {
    package typealias InboundIn = any Channel
    package typealias OutboundIn = any Channel

    private let makeRoom: () -> Bool
    private let paused: (IOError, TimeAmount) -> Void
    private var pause = shortest
    private var isPausing = false
    private var readIsPending = false

    private static let shortest = TimeAmount.milliseconds(50)
    private static let longest = TimeAmount.seconds(1)

    /// - Parameters:
    ///   - makeRoom: closes something whose descriptor is at hand then; returns whether there was anything.
    ///   - paused: is told why nobody is accepted, and for how long.
    package init(makeRoom: @escaping () -> Bool, paused: @escaping (IOError, TimeAmount) -> Void) {
        self.makeRoom = makeRoom
        self.paused = paused
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Self.passes(error) else { return context.fireErrorCaught(error) }
        guard error.errnoCode != ECONNABORTED, !isPausing, !makeRoom() else { return }
        paused(error, pause)
        isPausing = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: pause) { bound.value.0.resume(bound.value.1) }
        pause = min(pause * 2, Self.longest)
    }

    /// The errors of accept(2) after which a later call can succeed.
    private static func passes(_ error: IOError) -> Bool {
        [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pause = Self.shortest
        context.fireChannelRead(data)
    }

    package func read(context: ChannelHandlerContext) {
        if isPausing { readIsPending = true } else { context.read() }
    }

    private func resume(_ context: ChannelHandlerContext) {
        isPausing = false
        guard readIsPending, context.channel.isActive else { return }
        readIsPending = false
        context.read()
    }
}
