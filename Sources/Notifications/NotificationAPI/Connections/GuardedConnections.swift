import AgentMetrics
import ApusHTTP
import ApusLimits
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// The connections of the API: Hummingbird's HTTP/1.1 with places, deadlines, turns and budgets in front of it.
struct GuardedConnections: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let channel: HTTP1Channel
    let guarding: ConnectionGuard

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard !channel.hasEndedUnused, let place = guarding.admit(channel) else {
            // Whoever accepts drops a connection that is not made, descriptor and all.
            return channel.close().flatMapThrowing { throw ConnectionRefused() }
        }
        do {
            // What one read brings is what a client can make the server hold before its turn.
            let options = channel.syncOptions
            try options?.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 4096, maximum: APILimits.read.value.bytes))
            try options?.setOption(.maxMessagesPerRead, value: 1)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers([
                ConnectionDeadlines(guarding.times, place: place),
                RequestTurns(
                    guarding.turns(of: channel.eventLoop), place: place, mostWaiting: APILimits.pipelined.value.bytes),
                RequestLineLimit(APILimits.requestLine.value.bytes),
            ])
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        // On the loop of the connection, before a byte is read.
        return self.channel.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandlers(
                [RequestStages(), RequestHeads(), guarding.intake(place)], position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await channel.handle(value: value, logger: logger) }
}

/// No place was left for a connection.
struct ConnectionRefused: Error {}

/// What all connections of a server share: their places, the budget of their bodies, and the turns of each event loop.
final class ConnectionGuard: Sendable {
    let times: ConnectionTimes
    let bodies = BodyBudget(limit: APILimits.bodies.value.bytes, largestBody: RequestLimits.body.value.bytes)
    private let gate: ConnectionGate
    private let metrics: ConnectionMetrics
    private let queues = Mutex<[ObjectIdentifier: NIOLoopBound<TurnQueue>]>([:])

    init(_ configuration: APIConfiguration, metrics: ConnectionMetrics) {
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

    func admit(_ channel: any Channel) -> ConnectionPlace? {
        let peer = ConnectionPeer(client: channel.remoteAddress, server: channel.localAddress) ?? .unknown
        let place = gate.admit(channel, peer: peer)
        if place == nil { metrics.cut(.refused, peer: peer) }
        return place
    }

    func intake(_ place: ConnectionPlace) -> RequestIntake {
        RequestIntake(budget: bodies, peer: place.peer, isReserved: place.isReserved) { [metrics] cause in
            metrics.cut(cause, peer: place.peer)
        }
    }

    func turns(of loop: any EventLoop) -> TurnQueue {
        queues.withLock { queues in
            let queue = queues[ObjectIdentifier(loop)] ?? NIOLoopBound(TurnQueue(loop), eventLoop: loop)
            queues[ObjectIdentifier(loop)] = queue
            return queue
        }.value
    }

    /// Has connections accepted many at a time, and an accept that finds no descriptor left wait, or close a connection that can go.
    func watchAccept(_ listener: any Channel) async throws {
        try await listener.eventLoop.submit { [self] in
            try listener.pipeline.syncOperations.addHandler(
                AcceptBackoff(
                    makeRoom: { [gate] in gate.giveWay() },
                    paused: { [metrics] error, pause in metrics.pausedAccept(error, for: pause) }),
                position: .first)
        }.get()
    }

    /// Closes all that is open.
    ///
    /// - Returns: how many connections there were.
    func closeAll() -> Int {
        let channels = gate.channels
        for channel in channels {
            metrics.cut(.stop, peer: channel.remoteAddress.flatMap(ConnectionPeer.init(_:)) ?? .unknown)
            channel.close(promise: nil)
        }
        return channels.count
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
