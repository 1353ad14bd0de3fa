public import ApusMetrics

/// HTTP servers, named after OpenTelemetry's semantic conventions.
public enum HTTPServer: MetricSubsystem {
    /// A service leaves out requests whose client went away: how long a client hesitated before it hung up is no latency of the server,
    /// and would burn the budget of an objective and fire its alerts. They are counted in ``abandonedRequests``.
    public static let requestDuration = Histogram<RequestLabels>(
        "http_server_request_duration_seconds", "Time from a request's head to the end of its response.")
    public static let activeRequests = Gauge<NoLabels>(
        "http_server_active_requests", "Requests being answered at the moment.")
    public static let abandonedRequests = Counter<NoLabels>(
        "http_server_requests_abandoned_total", "Requests whose client went away before they were whole.")
    public static let connectionsCut = Counter<ConnectionCutLabels>(
        "http_server_connections_cut_total", "Connections that the server closed or refused of its own accord, by cause.")

    public static let title = "HTTP server"
    public static let origin = MetricOrigin.service
    public static let families = [
        requestDuration.family, activeRequests.family, abandonedRequests.family, connectionsCut.family,
    ]
}

/// The route is the pattern, never the path, so that the number of series is bounded.
public struct RequestLabels: LabelSet {
    public enum Key: String, LabelKey { case method, route, status }
    public let method: String
    public let route: String
    public let status: Int
    public init(method: String, route: String, status: Int) {
        self.method = method
        self.route = route
        self.status = status
    }
    public subscript(key: Key) -> String {
        switch key {
        case .method: method
        case .route: route
        case .status: String(status)
        }
    }
}

/// Why a server closed a connection of its own accord, or a request on it.
public enum ConnectionCutCause: String, CaseIterable, Sendable {
    /// No request began within the time that a connection may be idle.
    case idle
    /// A request was not whole in its time.
    case request
    /// The client took nothing of an answer for too long.
    case stalled
    /// The client had not taken the whole answer in its time.
    case answer
    /// Another connection of the address took its place, past the share of an address.
    case share
    /// Another connection needed the place.
    case full
    /// The process had no descriptor left.
    case descriptors
    /// Every place was held by a request under way.
    case refused
    /// The bodies of all requests were too large together.
    case bodies
    /// A request was answered, and its body went on for longer than the server discards.
    case discarded
    /// More bytes came behind a request than may wait for its answer.
    case pipelined
    /// The server stopped.
    case stop
}

/// The cause for which a server closed a connection.
public struct ConnectionCutLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case cause }
    public static var allCases: [Self] { ConnectionCutCause.allCases.map { Self(cause: $0) } }
    public let cause: ConnectionCutCause
    public init(cause: ConnectionCutCause) { self.cause = cause }
    public subscript(key: Key) -> String { cause.rawValue }
}
