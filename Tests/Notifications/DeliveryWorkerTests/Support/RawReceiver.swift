import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A receiver that answers each request by bytes as the test gives them, and can do everything that a receiver must not.
final class RawReceiver: Sendable {
    enum Answer: Sendable {
        case bytes(String)
        /// The bytes, and then the end of the connection.
        case closing(String)
        case nothing
    }

    private struct Counts {
        var connections = 0
        var requests = 0
        var hosts: [String] = []
    }

    private let counts = Mutex(Counts())
    private let answer: @Sendable (_ request: Int) -> Answer
    private let greeting: String
    private let reply: String

    private init(greeting: String, reply: String, answer: @escaping @Sendable (_ request: Int) -> Answer) {
        self.greeting = greeting
        self.reply = reply
        self.answer = answer
    }

    var connections: Int { counts.withLock(\.connections) }
    var requests: Int { counts.withLock(\.requests) }
    var hosts: [String] { counts.withLock(\.hosts) }

    /// Runs a receiver while the body runs, which gets its port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - greeting: bytes that it sends before it is asked anything.
    ///   - reply: bytes that it sends for what is no HTTP; without any it closes the connection.
    ///   - answer: by the number of the request, from 1, over all connections.
    static func run<Result: Sendable>(
        greeting: String = "", reply: String = "", security: NIOSSLContext? = nil,
        answer: @escaping @Sendable (_ request: Int) -> Answer,
        _ body: (RawReceiver, Int) async throws -> Result
    ) async throws -> Result {
        let receiver = RawReceiver(greeting: greeting, reply: reply, answer: answer)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Requests(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(receiver, server.localAddress?.port ?? 0)
            try await server.close()
            return result
        } catch {
            try? await server.close()
            throw error
        }
    }

    private final class Requests: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer
        private let receiver: RawReceiver

        init(_ receiver: RawReceiver) { self.receiver = receiver }

        func channelActive(context: ChannelHandlerContext) {
            receiver.counts.withLock { $0.connections += 1 }
            if !receiver.greeting.isEmpty {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: receiver.greeting)), promise: nil)
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): receiver.counts.withLock { $0.hosts.append(head.headers.first(name: "host") ?? "") }
            case .body: break
            case .end:
                let number = receiver.counts.withLock { counts in
                    counts.requests += 1
                    return counts.requests
                }
                switch receiver.answer(number) {
                case .nothing: break
                case .bytes(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                case .closing(let text):
                    let channel = context.channel
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)))
                        .whenComplete { _ in channel.close(promise: nil) }
                }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            guard !receiver.reply.isEmpty else { return context.close(promise: nil) }
            // The connection stays: a reset would take the words away from who has not read them yet.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: receiver.reply)), promise: nil)
        }
    }
}
