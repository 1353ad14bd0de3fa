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

/// An HTTP endpoint: one event loop, on whose thread requests are answered, so that they take turns.
final class HTTPEndpoint: Service {
    /// Where an endpoint listens.
    struct Place: Sendable {
        var places: [ListenPlace]
        /// The option that says so.
        var option: String
        /// Sockets that listen already, given by the service manager and owned by the endpoint; then the places are of no meaning.
        var sockets: [Int32] = []
        /// What the address leads to, for the log.
        var path = "/"
        var event: CataloguedEvent?
        var bounds = RequestGuard.Bounds()
    }

    private let place: Place
    /// What listens already; `nil` before the endpoint runs.
    private let listeners: [ListeningSocket]?
    private let logger: Logger
    private let connections: EndpointConnections
    private let handler: @Sendable (ConnectionPlace, TurnQueue) -> any ChannelHandler
    private let boundPort: @Sendable (Int) -> Void
    private let trust: WebTrust?
    private let draining: @Sendable (Duration) -> Void
    private let ending: @Sendable () async -> Void

    /// What a stop waits for requests of connections that have sent none yet.
    private static let longestSilence = TimeAmount.milliseconds(500)

    /// - Parameters:
    ///   - listeners: of ``listen(at:logger:)``, where it was called before.
    ///   - trust: who may ask, and over what; `nil`: whoever connects.
    ///   - handler: makes what answers the requests of a connection, on its event loop, of which the turns are.
    ///   - boundPort: is told the first port once the endpoint listens; 0 where it listens on Unix sockets alone.
    ///   - draining: is told, when a stop waits for connections, how long that may take.
    ///   - ending: is called before the event loop ends; what would have work for it must have none once it returns.
    init(
        at place: Place, listeners: [ListeningSocket]? = nil, connections: EndpointConnections, trust: WebTrust? = nil,
        logger: Logger,
        boundPort: @escaping @Sendable (Int) -> Void, draining: @escaping @Sendable (Duration) -> Void = { _ in },
        ending: @escaping @Sendable () async -> Void = {},
        handler: @escaping @Sendable (ConnectionPlace, TurnQueue) -> any ChannelHandler
    ) {
        self.place = place
        self.listeners = listeners
        self.connections = connections
        self.logger = logger
        self.handler = handler
        self.boundPort = boundPort
        self.trust = trust
        self.draining = draining
        self.ending = ending
    }

    func run() async throws {
        let listeners = try self.listeners ?? Self.listen(at: place, logger: logger)
        for listener in listeners {
            let facts: Logger.Metadata = ["address": "\(url(of: listener))"]
            logger.info("listening", metadata: place.event?.metadata(facts) ?? facts)
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
        trust?.onChange { [connections] in connections.drain(.idle) }
        boundPort(listeners.lazy.compactMap(\.port).first ?? 0)
        do {
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await acceptor.run()
            } onCancelOrGracefulShutdown: {
                acceptor.stop(silence: Self.longestSilence)
            }
            if !Task.isCancelled { await drain(group.next()) }
        } catch {
            await end(group)
            guard error is SocketFailure else { throw error }
            throw AgentError.cannotListen(
                listeners.map { url(of: $0) }.joined(separator: ", "), reason: NetworkErrorText.listening(error))
        }
        await end(group)
    }

    private func end(_ group: MultiThreadedEventLoopGroup) async {
        await ending()
        // What was given to the loop until then.
        try? await group.next().submit {}.get()
        try? await group.shutdownGracefully()
    }

    private func url(of listener: ListeningSocket) -> String {
        switch listener.place {
        case .internet(let end):
            "\(trust?.current.tls == nil ? "http" : "https")://\(ListenAddress(host: end.host, port: Int(end.port)))\(place.path)"
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

    private func build(_ channel: any Channel, _ place: ConnectionPlace, _ turns: TurnQueue) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = EndpointLimits.field.value.bytes
        limits.maxHeaderListSize = EndpointLimits.head.value.bytes
        limits.maxHeaderFieldCount = EndpointLimits.fields.value
        var framing = HTTPResponseEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ConnectionDeadlines(Self.times, place: place))
        if let trust { try trust.addHandshake(to: channel, place, turns) }
        try pipeline.addHandlers([
            RequestTurns(turns, place: place, mostWaiting: EndpointLimits.pipelined.value.bytes),
            RequestLineLimit(EndpointLimits.line.value.bytes),
        ])
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withEncoderConfiguration: framing,
            withDecoderLimitConfiguration: limits)
        try pipeline.addHandlers([RequestStages(), RequestHeads(), RequestErrors()])
        if let trust { try pipeline.addHandler(trust.guardian(of: channel, place, self.place.bounds)) }
        try pipeline.addHandler(handler(place, turns))
    }

    private static let times = ConnectionTimes(
        silence: .init(EndpointLimits.silence.value), idle: .init(EndpointLimits.idle.value),
        request: .init(EndpointLimits.request.value), stall: .init(EndpointLimits.stall.value),
        answer: .init(EndpointLimits.answer.value))
}
