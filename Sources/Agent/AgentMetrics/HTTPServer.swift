public import ApusMetrics

/// HTTP servers, named after OpenTelemetry's semantic conventions.
public enum HTTPServer: MetricSubsystem {
    public static let requestDuration = Histogram<RequestLabels>(
        "http_server_request_duration_seconds", "Time from a request's head to the end of its response.")
    public static let activeRequests = Gauge<NoLabels>(
        "http_server_active_requests", "Requests being answered at the moment.")

    public static let title = "HTTP server"
    public static let origin = MetricOrigin.service
    public static let families = [requestDuration.family, activeRequests.family]
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
