import AgentMetrics
import ApusHTTP
import ApusLimits
import EventCatalog
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// The HTTP endpoint: one event loop, which renders on its own thread, so that concurrent scrapes take turns.
final class HTTPEndpoint: Service {
    private let host: String
    private let port: Int
    /// Listening already, given by the service manager; then host and port are of no meaning.
    private let sockets: [Int32]
    private let responder: Responder
    private let logger: Logger
    private let connections: EndpointConnections
    private let boundPort: @Sendable (Int) -> Void
    private let draining: @Sendable (Duration) -> Void

    /// What a stop waits for requests of connections that have sent none yet.
    private static let longestSilence = TimeAmount.milliseconds(500)

    /// - Parameters:
    ///   - sockets: listening ones to serve on in place of the configuration's address; owned from here on.
    ///   - boundPort: is told the port once the endpoint listens.
    ///   - draining: is told, when a stop waits for connections, how long that may take.
    init(
        configuration: AgentConfiguration, sockets: [Int32] = [], responder: Responder, logger: Logger,
        boundPort: @escaping @Sendable (Int) -> Void, draining: @escaping @Sendable (Duration) -> Void = { _ in }
    ) {
        self.sockets = sockets
        self.draining = draining
        host = configuration.host
        port = configuration.port
        connections = EndpointConnections(
            limit: configuration.connectionLimit, share: configuration.connectionShare, work: responder.work, logger: logger)
        self.responder = responder
        self.logger = logger
        self.boundPort = boundPort
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let listeners = try await listen(group)
            for listener in listeners {
                logger.info(
                    "listening", metadata: CataloguedEvent.agentReady.metadata(["address": "\(Self.url(of: listener))"]))
                // None goes on without the others.
                listener.closeFuture.whenComplete { _ in Self.close(listeners) }
            }
            if !ConnectionPeer.knowsLocalUsers {
                logger.notice(
                    "users of this host count as one client, as they have one address: allow AF_NETLINK in RestrictAddressFamilies= of the unit"
                )
            }
            boundPort(listeners.first?.localAddress?.port ?? port)
            try await withGracefulShutdownHandler {
                try await withTaskCancellationHandler {
                    for listener in listeners { try await listener.closeFuture.get() }
                } onCancel: {
                    Self.close(listeners)
                }
            } onGracefulShutdown: {
                Self.close(listeners)
            }
            if !Task.isCancelled { await drain(group.next()) }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private static func close(_ channels: [any Channel]) { for channel in channels { channel.close(promise: nil) } }

    private static func url(of listener: any Channel) -> String {
        guard let address = listener.localAddress else { return "unknown" }
        guard let host = address.ipAddress, let port = address.port else { return "unix:\(address.pathname ?? "unnamed")" }
        return host.contains(":") ? "http://[\(host)]:\(port)/metrics" : "http://\(host):\(port)/metrics"
    }

    /// Lets the connections end that are open when nobody can connect any more. A scrape that has begun is answered, and so is one
    /// whose request is still to come; who connects from now on is in the queue of the next agent, where there is to be one.
    private func drain(_ loop: any EventLoop) async {
        // What was accepted last is in the connections once the loop has turned.
        try? await loop.submit {}.get()
        connections.drain(.idle)
        try? await loop.submit {}.get()
        let left = connections.gate.channels
        guard !left.isEmpty else { return }
        draining(AgentLimits.drain)
        let silence = loop.scheduleTask(in: Self.longestSilence) { self.connections.drain(.silent) }
        let end = loop.scheduleTask(in: .init(AgentLimits.drain)) { Self.close(self.connections.gate.channels) }
        try? await EventLoopFuture.andAllComplete(left.map(\.closeFuture), on: loop).get()
        silence.cancel()
        end.cancel()
    }

    private func listen(_ group: MultiThreadedEventLoopGroup) async throws -> [any Channel] {
        let loop = group.next()
        let turns = try await loop.submit { NIOLoopBound(TurnQueue(loop), eventLoop: loop) }.get()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(EndpointLimits.waiting.value))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(connections.acceptBackoff())
                }
            }
            .childChannelInitializer { [self] channel in
                if channel.hasEndedUnused { return channel.close() }
                return ConnectionPeer.of(channel).flatMapThrowing { try self.initialize(channel, peer: $0, turns.value) }
            }
            // What one read brings is what a client can make the agent hold before its turn.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.socketOption(.so_sndbuf), value: EndpointLimits.unsent.value.bytes)
        guard sockets.isEmpty else {
            var listeners: [any Channel] = []
            for socket in sockets {
                do { listeners.append(try await bootstrap.withBoundSocket(socket).get()) } catch {
                    throw AgentError.unusableSocket(
                        name: "http", descriptor: socket, reason: "cannot be served on: \(NetworkErrorText.listening(error))")
                }
            }
            return listeners
        }
        do {
            // The address of all interfaces takes IPv4 too, whatever net.ipv6.bindv6only says.
            let both =
                host == "::"
                ? bootstrap.serverChannelOption(
                    ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0) : bootstrap
            return [try await both.bind(host: host, port: port).get()]
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw AgentError.addressInUse(host: host, port: port)
        } catch {
            throw AgentError.cannotListen(host: host, port: port, reason: NetworkErrorText.listening(error))
        }
    }

    private func initialize(_ channel: any Channel, peer: ConnectionPeer, _ turns: TurnQueue) throws {
        guard let place = connections.admit(channel, peer: peer) else { return }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = EndpointLimits.field.value.bytes
        limits.maxHeaderListSize = EndpointLimits.head.value.bytes
        limits.maxHeaderFieldCount = EndpointLimits.fields.value
        var framing = HTTPResponseEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
            ConnectionDeadlines(Self.times, place: place),
            RequestTurns(turns, place: place, mostWaiting: EndpointLimits.pipelined.value.bytes),
            RequestLineLimit(EndpointLimits.line.value.bytes),
        ])
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withEncoderConfiguration: framing,
            withDecoderLimitConfiguration: limits)
        try pipeline.addHandlers([
            RequestStages(), RequestHeads(), RequestErrors(),
            RequestHandler(responder: responder, place: place, turns: turns),
        ])
    }

    private static let times = ConnectionTimes(
        silence: .init(EndpointLimits.silence.value), idle: .init(EndpointLimits.idle.value),
        request: .init(EndpointLimits.request.value), stall: .init(EndpointLimits.stall.value),
        answer: .init(EndpointLimits.answer.value))
}
