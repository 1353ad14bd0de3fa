import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import ApusText
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
        let listeners = try listen()
        for listener in listeners {
            logger.info("listening", metadata: CataloguedEvent.agentReady.metadata(["address": "\(Self.url(of: listener))"]))
        }
        if !ConnectionPeer.knowsLocalUsers {
            logger.notice(
                "users of this host count as one client, as they have one address: allow AF_NETLINK in RestrictAddressFamilies= of the unit"
            )
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let acceptor = ConnectionAcceptor(
            listeners, gate: connections.gate, silence: Self.times.silence, reserve: EndpointLimits.descriptors.value,
            group: group,
            handling: connections.handling { [self] channel, place, turns in try build(channel, place, turns) })
        boundPort(listeners.first?.port ?? port)
        do {
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await acceptor.run()
            } onCancelOrGracefulShutdown: {
                acceptor.stop(silence: Self.longestSilence)
            }
            if !Task.isCancelled { await drain(group.next()) }
        } catch {
            try? await group.shutdownGracefully()
            guard error is SocketFailure else { throw error }
            throw AgentError.cannotListen(host: host, port: port, reason: NetworkErrorText.listening(error))
        }
        try await group.shutdownGracefully()
    }

    private static func url(of listener: ListeningSocket) -> String {
        switch listener.place {
        case .internet(let end): "http://\(ListenAddress(host: end.host, port: Int(end.port)))/metrics"
        case .path(let path): "unix:\(path.isEmpty ? "unnamed" : path)"
        }
    }

    /// Lets the connections end that are open when nobody can connect any more. A scrape that has begun is answered; who connects from
    /// now on is in the queue of the next agent, where there is to be one.
    private func drain(_ loop: any EventLoop) async {
        connections.drain(.idle)
        // Connections between two requests are closed once the loop has turned.
        try? await loop.submit {}.get()
        let left = connections.gate.channels
        guard !left.isEmpty else { return }
        draining(AgentLimits.drain)
        let silence = loop.scheduleTask(in: Self.longestSilence) { self.connections.drain(.silent) }
        let end = loop.scheduleTask(in: .init(AgentLimits.drain)) {
            _ = self.connections.gate.closeAll()
        }
        try? await EventLoopFuture.andAllComplete(left.map(\.closeFuture), on: loop).get()
        silence.cancel()
        end.cancel()
    }

    private func listen() throws -> [ListeningSocket] {
        guard sockets.isEmpty else {
            return try sockets.map { socket in
                do { return try ListeningSocket(passed: socket) } catch {
                    throw AgentError.unusableSocket(
                        name: "http", descriptor: socket, reason: "cannot be served on: \(NetworkErrorText.listening(error))")
                }
            }
        }
        do {
            return [try ListeningSocket(host: host, port: port, backlog: EndpointLimits.waiting.value)]
        } catch let error as SocketFailure where error.code == EADDRINUSE {
            throw AgentError.addressInUse(host: host, port: port)
        } catch {
            throw AgentError.cannotListen(host: host, port: port, reason: NetworkErrorText.listening(error))
        }
    }

    private func build(_ channel: any Channel, _ place: ConnectionPlace, _ turns: TurnQueue) throws {
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
