import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import ApusReporting
import CoreMetrics
import Logging
import NIOCore

/// Counts and tells of the connections that the server closes of its own accord.
struct ConnectionMetrics: Sendable {
    private let counters: [ConnectionCutCause: CoreMetrics.Counter]
    private let logger: Logger
    private let throttle = LogThrottle<String>(burst: APILimits.lines.value)

    init(factory: any MetricsFactory, logger: Logger) {
        counters = Dictionary(
            uniqueKeysWithValues: ConnectionCutCause.allCases.map {
                ($0, HTTPServer.connectionsCut.handle(ConnectionCutLabels(cause: $0), factory: factory))
            })
        self.logger = logger
    }

    /// Notes that a connection was closed; an idle one is worth no line.
    func cut(_ cause: ConnectionCutCause, peer: ConnectionPeer) {
        counters[cause]?.increment()
        guard cause != .idle, let omitted = throttle.admit("\(cause) \(peer)") else { return }
        logger.warning(
            "a client's connection was closed: \(Self.reason(cause))",
            metadata: ["peer": "\(peer)", "cause": "\(cause.rawValue)", "omitted": "\(omitted)"])
    }

    func pausedAccept(_ code: Int32, for pause: TimeAmount) {
        counters[.descriptors]?.increment()
        guard let omitted = throttle.admit("accept") else { return }
        logger.error(
            "no connection is accepted: \(SocketErrorText.accepting(code)); raise LimitNOFILE of the unit, or close what holds descriptors",
            metadata: ["milliseconds": "\(pause.nanoseconds / 1_000_000)", "omitted": "\(omitted)"])
    }

    private static func reason(_ cause: ConnectionCutCause) -> String {
        switch cause {
        case .idle: "nothing was asked for too long"
        case .request: "its request was not whole in time; see whether the client or its network is slow"
        case .stalled: "it took nothing of its answer for too long; see whether the client reads"
        case .answer: "it did not take its answer in time; see whether the client reads"
        case .share: "its address opened another one past its share; let the client reuse connections"
        case .full: "another one needed its place; start more APIs, or let clients reuse connections"
        case .descriptors: "another one needed its descriptor; raise LimitNOFILE of the unit"
        case .refused: "all places are held by requests under way; start more APIs"
        case .bodies: "the bodies of all requests are too large together; send smaller batches, or start more APIs"
        case .discarded: "its request was answered before its body, which went on; look at what it sends"
        case .pipelined: "it sent more behind a request than may wait; let it wait for answers"
        case .stop: "this instance stops, and its request was not finished in time"
        }
    }
}
