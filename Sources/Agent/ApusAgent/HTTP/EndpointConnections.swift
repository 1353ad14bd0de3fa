import AgentMetrics
import ApusHTTP
import ApusLimits
import Logging
import NIOCore

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

    /// Takes a connection in, or closes it when all others are being answered.
    func admit(_ channel: any Channel, peer: ConnectionPeer) -> ConnectionPlace? {
        if let place = gate.admit(channel, peer: peer) { return place }
        work.countRejectedConnection()
        channel.close(promise: nil)
        return nil
    }

    /// What a listening channel does while the process has no descriptor left.
    func acceptBackoff() -> AcceptBackoff {
        AcceptBackoff(
            makeRoom: { [gate] in gate.giveWay() },
            paused: { [work, pauses, logger] error, pause in
                work.countAcceptPause()
                guard let omitted = pauses.admit(error.errnoCode) else { return }
                logger.error(
                    "no HTTP connection can be accepted: raise LimitNOFILE= of the unit, or look who holds descriptors",
                    metadata: ["reason": "\(error)", "pause": "\(pause.nanoseconds / 1_000_000) ms", "omitted": "\(omitted)"])
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
