import NIOCore
import NIOPosix

/// A server that does to its clients what none should do.
final class HostileServer: Sendable {
    enum Manner: Sendable {
        /// Takes the connection and says nothing.
        case hangs
        /// Sends a byte again and again, one each 50 ms.
        case trickles(UInt8)
        /// Sends these bytes and then nothing.
        case says([UInt8])
        /// Sends these bytes once and then others without end.
        case floods(first: [UInt8], then: [UInt8])
        case closes
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    let port: Int

    init(_ manner: Manner) throws {
        channel = try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HostileHandler(manner))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
    }

    deinit { group.shutdownGracefully { _ in } }
}

private final class HostileHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manner: HostileServer.Manner

    init(_ manner: HostileServer.Manner) { self.manner = manner }

    func channelActive(context: ChannelHandlerContext) {
        switch manner {
        case .hangs: break
        case .closes: context.close(promise: nil)
        case .says(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .trickles(let byte):
            let channel = context.channel
            channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { task in
                guard channel.isActive else { return task.cancel() }
                channel.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
            }
        case .floods(let first, _):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: first)), promise: nil)
            flood(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { flood(context) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func flood(_ context: ChannelHandlerContext) {
        guard case .floods(_, let bytes) = manner, context.channel.isActive, context.channel.isWritable else { return }
        context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        context.flush()
        let channel = context.channel
        // Not within itself, so that the stack does not grow.
        channel.eventLoop.execute { channel.pipeline.fireChannelWritabilityChanged() }
    }
}
