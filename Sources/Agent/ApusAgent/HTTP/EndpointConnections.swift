import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import Logging
import NIOCore
import NIOPosix

/// The open connections of the endpoint; what it does to them of its own accord is counted and logged.
final class EndpointConnections: Sendable {
    let gate: ConnectionGate
    private let work: AgentWork
    private let logger: Logger
    private let pauses = LogThrottle<Int32>()

    /// - Parameters:
    ///   - limit: connections at a time.
    ///   - share: connections of one peer at a time.
    init(limit: Int, share: Int, work: AgentWork, logger: Logger) {
        self.work = work
        self.logger = logger
        let lines = LogThrottle<ConnectionPeer>()
        gate = ConnectionGate(
            ConnectionPlaces(
                places: limit, share: share, reserve: EndpointLimits.reserve.value,
                stall: .init(EndpointLimits.slowness.value))
        ) { cut in
            guard let reason = HTTPConnectionCut(rawValue: cut.reason.rawValue) else { return }
            work.countCut(reason)
            // Clients keep connections open for later, which is no fault.
            guard reason != .idle, let omitted = lines.admit(cut.peer) else { return }
            logger.warning(
                "an HTTP connection was closed before its end; docs/systemd.md says what each reason means and what to do",
                metadata: ["peer": "\(cut.peer)", "reason": "\(reason.rawValue)", "omitted": "\(omitted)"])
        }
    }

    /// What becomes of the connections that are accepted.
    ///
    /// - Parameter build: makes what serves a connection.
    func handling(
        build: @escaping @Sendable (any Channel, ConnectionPlace, TurnQueue) throws -> Void
    ) -> ConnectionAcceptor.Handling {
        ConnectionAcceptor.Handling(
            options: { bootstrap in
                // What one read brings is what a client can make the agent hold before its turn.
                bootstrap.channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
                    .channelOption(.maxMessagesPerRead, value: 1)
                    .channelOption(.socketOption(.so_sndbuf), value: EndpointLimits.unsent.value.bytes)
                    // A client may close its side once it has asked, and read the answer.
                    .channelOption(.allowRemoteHalfClosure, value: true)
            },
            build: { channel, place, turns in
                channel.eventLoop.makeCompletedFuture { try build(channel, place, turns) }
            }, refused: { [work] _ in work.countRejectedConnection() },
            paused: { [work, pauses, logger] code, pause in
                work.countAcceptPause()
                guard let omitted = pauses.admit(code) else { return }
                logger.error(
                    "no HTTP connection can be accepted: raise LimitNOFILE= of the unit, or look who holds descriptors",
                    metadata: [
                        "reason": "\(SocketErrorText.accepting(code))", "pause": "\(pause.nanoseconds / 1_000_000) ms",
                        "omitted": "\(omitted)",
                    ])
            })
    }

    /// Tells all that the endpoint takes no more connections.
    func drain(_ step: DrainStep) { for channel in gate.channels { channel.pipeline.fireUserInboundEventTriggered(step) } }
}

/// What an endpoint that stops asks of its connections, one after the other.
enum DrainStep: Sendable {
    /// Connections that are between two requests close.
    case idle
    /// Connections that have not sent a request yet close as well: it should have come by now.
    case silent
}
