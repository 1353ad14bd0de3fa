public import ApusMetrics

/// The sockets of watched processes, where the agent has time for them (`--socket-budget`): of groups, and of instances that report.
///
/// A socket that several processes of a group have open, as the workers of a server have the one that listens, counts once.
public enum ServiceSockets: MetricSubsystem {
    public static let sockets = Gauge<SocketLabels>(
        "service_process_sockets", "Open sockets of the process, or of all processes of the group.")
    public static let queue = Gauge<SocketProtocolLabels>(
        "service_process_listen_queue", "Connections that wait to be accepted, of all sockets that listen.")
    public static let queueMax = Gauge<SocketProtocolLabels>(
        "service_process_listen_queue_max",
        "Connections that may wait to be accepted (the backlog), of all sockets that listen; absent where the kernel does not say it."
    )
    public static let queueRatio = Gauge<NoLabels>(
        "service_process_listen_queue_ratio",
        "Largest part of the connections that may wait to be accepted that waits on one socket: past 1 the kernel turns them away."
    )

    public static let title = "Sockets of watched processes"
    public static let origin = MetricOrigin.group
    public static let families = [sockets.family, queue.family, queueMax.family, queueRatio.family]
}

/// What a socket speaks; IPv4 and IPv6 are not told apart.
public enum SocketProtocol: String, CaseIterable, Sendable { case tcp, udp, unix }

/// What a socket does.
public enum SocketState: String, CaseIterable, Sendable {
    /// Takes connections.
    case listen
    case established
    /// The other end has closed the connection, and the process has not.
    case closeWait = "close_wait"
    /// Not connected, being connected, or being closed.
    case other
}

public struct SocketLabels: LabelSet {
    public enum Key: String, LabelKey {
        case `protocol`
        case state
    }
    public let `protocol`: SocketProtocol
    public let state: SocketState
    public init(protocol: SocketProtocol, state: SocketState) {
        self.protocol = `protocol`
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .protocol: `protocol`.rawValue
        case .state: state.rawValue
        }
    }
}

public struct SocketProtocolLabels: LabelSet {
    public enum Key: String, LabelKey { case `protocol` }
    public let `protocol`: SocketProtocol
    public init(protocol: SocketProtocol) { self.protocol = `protocol` }
    public subscript(key: Key) -> String { `protocol`.rawValue }
}
