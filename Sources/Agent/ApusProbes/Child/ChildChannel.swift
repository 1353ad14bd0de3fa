import ApusLimits
import NIOCore
import NIOPosix

/// The agent's end of a child's socket: takes apart what comes into messages, none of which is longer than one may be.
final class ChildChannel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Event {
        case message([UInt8])
        /// A message that is longer than one may be, which is not read.
        case tooMuch
        case end
    }

    private let hear: (Event) -> Void
    private var pending = ByteBuffer()

    private init(_ hear: @escaping (Event) -> Void) { self.hear = hear }

    /// Makes a channel of a connected socket, which is its own from now on.
    ///
    /// - Parameter loop: that the call is made on.
    static func make(_ socket: CInt, on loop: any EventLoop, _ hear: @escaping (Event) -> Void) throws -> any Channel {
        let handler = NIOLoopBound(ChildChannel(hear), eventLoop: loop)
        let made = NIOLoopBoundBox<Result<any Channel, any Error>?>(nil, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                    made.value = .success(channel)
                }
            }
            .withConnectedSocket(socket)
            .whenFailure { made.value = .failure($0) }
        // On its own loop the pipeline is made at once.
        guard let result = made.value else { throw ChannelError.alreadyClosed }
        return try result.get()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        pending.writeBuffer(&part)
        while let length = pending.getInteger(at: pending.readerIndex, as: UInt32.self) {
            guard length <= ChildLimits.answer.value.bytes else {
                // Before the end that the close is: what counts is why.
                hear(.tooMuch)
                return context.close(promise: nil)
            }
            guard pending.readableBytes >= Int(length) + 4 else { break }
            pending.moveReaderIndex(forwardBy: 4)
            hear(.message(pending.readBytes(length: Int(length)) ?? []))
        }
        if pending.readableBytes == 0 { pending = ByteBuffer() }
    }

    func channelInactive(context: ChannelHandlerContext) { hear(.end) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
