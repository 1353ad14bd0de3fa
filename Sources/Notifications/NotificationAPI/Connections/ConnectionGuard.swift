import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What all connections of a server share: their places, the budget of their bodies, and the turns of each event loop.
final class ConnectionGuard: Sendable {
    let times: ConnectionTimes
    let bodies = BodyBudget(limit: APILimits.bodies.value.bytes)
    let gate: ConnectionGate
    private let draining = Atomic(false)
    private let metrics: ConnectionMetrics
    private let logger: Logger

    init(_ configuration: APIConfiguration, metrics: ConnectionMetrics, logger: Logger) {
        self.logger = logger
        times = ConnectionTimes(
            silence: TimeAmount(min(APILimits.silence.value, configuration.idleTimeout)),
            idle: TimeAmount(configuration.idleTimeout), request: TimeAmount(configuration.requestTimeout),
            stall: TimeAmount(APILimits.stall.value), answer: TimeAmount(APILimits.answer.value))
        self.metrics = metrics
        gate = ConnectionGate(
            ConnectionPlaces(
                places: configuration.maximumConnections,
                share: max(1, configuration.maximumConnections * APILimits.share.value / APILimits.connections.value),
                reserve: APILimits.reserve.value, stall: TimeAmount(APILimits.stall.value)),
            cut: { metrics.cut(ConnectionCutCause($0.reason), peer: $0.peer) })
    }

    /// What becomes of the connections that are accepted.
    ///
    /// - Parameter serve: has requests answered; it is called once a connection has its handlers, on its event loop.
    func handling(
        _ http: HTTP1Channel, serve: @escaping @Sendable (HTTP1Channel.Value, ConnectionPeer) -> Void
    ) -> ConnectionAcceptor.Handling {
        ConnectionAcceptor.Handling(
            options: { bootstrap in
                // What one read brings is what a client can make the server hold before its turn.
                bootstrap.channelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 4096, maximum: APILimits.read.value.bytes)
                )
                .channelOption(.maxMessagesPerRead, value: 1)
                .channelOption(.allowRemoteHalfClosure, value: true)
            },
            build: { [self] channel, place, turns in
                build(http, channel, place, turns).map { serve($0, place.peer) }
            },
            refused: { [metrics] in metrics.cut(.refused, peer: $0) },
            paused: { [metrics] in metrics.pausedAccept($0, for: $1) })
    }

    /// Puts places, deadlines, turns and budgets before Hummingbird's HTTP/1.1.
    private func build(
        _ http: HTTP1Channel, _ channel: any Channel, _ place: ConnectionPlace, _ turns: TurnQueue
    ) -> EventLoopFuture<HTTP1Channel.Value> {
        do {
            try channel.pipeline.syncOperations.addHandlers([
                ConnectionDeadlines(times, place: place),
                RequestTurns(turns, place: place, mostWaiting: APILimits.pipelined.value.bytes),
                RequestLineLimit(APILimits.requestLine.value.bytes),
            ])
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        // On the loop of the connection, before a byte is read.
        return http.setup(channel: channel, logger: logger).flatMapThrowing { [self] value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandlers([RequestStages(), RequestHeads(), intake(place)], position: .after(decoder))
            return value
        }
    }

    private func intake(_ place: ConnectionPlace) -> RequestIntake {
        RequestIntake(
            budget: bodies, peer: place.peer, isReserved: place.isReserved,
            isDraining: { [self] in draining.load(ordering: .relaxed) },
            cut: { [metrics] in metrics.cut($0, peer: place.peer) })
    }

    /// Notes that a request of a peer was refused, as what waits for its turn held too many bytes.
    func crowded(_ peer: ConnectionPeer) { metrics.cut(.bodies, peer: peer) }

    /// Has each answer from now on tell that it is the last one of its connection.
    func drain() { draining.store(true, ordering: .relaxed) }

    /// Has connections end that are between two requests, and the others with their answers.
    func finish() {
        for channel in gate.channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Closes all that is open.
    ///
    /// - Returns: how many connections there were.
    func closeAll() -> Int {
        let peers = gate.closeAll()
        for peer in peers { metrics.cut(.stop, peer: peer) }
        return peers.count
    }
}

extension ConnectionCutCause {
    init(_ reason: ConnectionCutReason) {
        self =
            switch reason {
            case .idle: .idle
            case .request: .request
            case .stalled: .stalled
            case .answer: .answer
            case .share: .share
            case .full: .full
            case .descriptors: .descriptors
            case .pipelined: .pipelined
            }
    }
}
