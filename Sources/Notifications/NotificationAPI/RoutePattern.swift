import HTTPTypes

/// The paths of the API, as metrics and messages write them; what matches none is one pattern, so that their number is bounded.
enum RoutePattern: String, CaseIterable, Sendable {
    case notifications = "/notifications"
    case notification = "/notifications/:id"
    case health = "/health"
    case liveness = "/health/live"
    case readiness = "/health/ready"
    case statistics = "/stats"
    case unmatched

    /// Finds the pattern of a path, which may have empty segments, as the router takes them.
    init(path: String) {
        let segments = path.split(separator: "/").prefix(3)
        self =
            switch (segments.first, segments.dropFirst().first, segments.count) {
            case ("notifications", _, 1): .notifications
            case ("notifications", _, 2): .notification
            case ("health", _, 1): .health
            case ("health", "live", 2): .liveness
            case ("health", "ready", 2): .readiness
            case ("stats", _, 1): .statistics
            default: .unmatched
            }
    }

    /// The methods that the path takes; HEAD goes where GET does.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .notifications: [.post]
        case .unmatched: []
        default: [.get, .head]
        }
    }

    /// The statuses that the first method of the path can be answered with; their series are there from the start.
    var statuses: [Int] {
        switch self {
        case .notifications: [202, 400, 413, 415, 422, 429, 500, 503, 507]
        case .notification: [200, 400, 404, 409, 500, 503]
        case .health, .readiness: [200, 503]
        case .liveness: [200]
        case .statistics: [200, 500, 503]
        case .unmatched: [404]
        }
    }
}
