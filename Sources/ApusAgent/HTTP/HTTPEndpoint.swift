import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The HTTP endpoint: one event loop, which renders on its own thread, so that concurrent scrapes take turns.
final class HTTPEndpoint: Service {
    private let host: String
    private let port: Int
    private let connectionLimit: Int
    private let responder: Responder
    private let logger: Logger
    private let open = Atomic<Int>(0)
    private let boundPort: @Sendable (Int) -> Void

    /// - Parameter boundPort: is told the port once the endpoint listens.
    init(
        configuration: AgentConfiguration, responder: Responder, logger: Logger, boundPort: @escaping @Sendable (Int) -> Void
    ) {
        host = configuration.host
        port = configuration.port
        connectionLimit = configuration.connectionLimit
        self.responder = responder
        self.logger = logger
        self.boundPort = boundPort
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await bind(group)
            let port = channel.localAddress?.port ?? port
            logger.info("listening", metadata: ["address": "http://\(host):\(port)/metrics"])
            boundPort(port)
            try await withGracefulShutdownHandler {
                try await withTaskCancellationHandler {
                    try await channel.closeFuture.get()
                } onCancel: {
                    channel.close(promise: nil)
                }
            } onGracefulShutdown: {
                channel.close(promise: nil)
            }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func bind(_ group: MultiThreadedEventLoopGroup) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 128)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { [self] channel in
                    channel.eventLoop.makeCompletedFuture { try self.initialize(channel) }
                }
                .childChannelOption(.maxMessagesPerRead, value: 4)
                .bind(host: host, port: port).get()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw AgentError.addressInUse(host: host, port: port)
        } catch {
            throw AgentError.cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    private func initialize(_ channel: any Channel) throws {
        let count = open.add(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { [self] _ in open.subtract(1, ordering: .relaxed) }
        guard count <= connectionLimit else {
            responder.work.countRejectedConnection()
            channel.close(promise: nil)
            return
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(IdleStateHandler(readTimeout: .seconds(60)))
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
        try pipeline.addHandler(RequestHandler(responder: responder))
    }
}
