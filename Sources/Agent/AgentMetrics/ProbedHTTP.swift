public import ApusMetrics

/// What services answer that the agent asks for their health over HTTP.
public enum ProbedHTTP: MetricSubsystem {
    public static let statusCode = Gauge<NoLabels>(
        "http_health_status_code", "Status code of the last answer of the service, also of one that was not expected.")
    public static let state = Gauge<HTTPHealthStateLabels>(
        "http_health_state",
        "1 for the state that the service says of itself in its last answer, else 0; absent where it says none.")
    public static let phase = Gauge<HTTPHealthPhaseLabels>(
        "http_health_phase_seconds", "Time that each phase of the last answer of the service took.")

    public static let title = "Health of services over HTTP"
    public static let origin = MetricOrigin.probe
    public static let families = [statusCode.family, state.family, phase.family]
}

/// What a service says of its own health.
public enum ServiceHealth: String, CaseIterable, Sendable {
    case pass, warn, fail
}

/// A part of the time that an answer over HTTP took.
public enum HTTPHealthPhase: String, CaseIterable, Sendable {
    /// The name of the host was looked up.
    case resolve
    /// The connection came about.
    case connect
    /// TLS came about.
    case tls
    /// The service made up its mind: from the request to the first byte.
    case firstByte = "first_byte"
    /// The answer came, from its first byte to the last one that was read.
    case body
}

public struct HTTPHealthStateLabels: LabelSet {
    public enum Key: String, LabelKey { case status }
    public let status: ServiceHealth
    public init(status: ServiceHealth) { self.status = status }
    public subscript(key: Key) -> String { status.rawValue }
}

public struct HTTPHealthPhaseLabels: LabelSet {
    public enum Key: String, LabelKey { case phase }
    public let phase: HTTPHealthPhase
    public init(phase: HTTPHealthPhase) { self.phase = phase }
    public subscript(key: Key) -> String { phase.rawValue }
}
