/// What the endpoint serves, by path.
package enum Page: String, CaseIterable {
    case index = "/"
    case metrics = "/metrics"
    case health = "/health"
    case live = "/health/live"
    case ready = "/health/ready"
    case resources = "/resources"
    case stats = "/stats"
    case targets = "/targets"
    case journal = "/api/v1/journal"
    case units = "/api/v1/units"
    case instances = "/api/v1/instances"
    case instance = "/api/v1/instance"
    case history = "/api/v1/history"
    case events = "/api/v1/live"
    case checks = "/health/detailed"

    /// One line for people.
    var summary: String {
        switch self {
        case .index: "this page"
        case .metrics: "the exposition for Prometheus"
        case .health: "whether the agent samples, and which instances it sees"
        case .live: "answers as long as the process does"
        case .ready: "200 once the sampling loop turns"
        case .resources: "CPU, memory, descriptors, connections and queue of every instance and group of processes"
        case .stats: "the work of every instance, and the agent's own"
        case .targets: "this agent as a target, for Prometheus' HTTP service discovery"
        case .instances: "one row for every instance and group, as of the last turn of the sampling loop"
        case .instance: "all about one of them; ?service=NAME&instance=NAME"
        case .history: "its last hour; ?service=NAME&instance=NAME, or ?all=1&points=60: small pictures of all"
        case .events: "the rows that change, turn by turn, as server-sent events"
        case .checks: "every check of the agent itself, with its age"
        case .units: "what systemd says of the watched units"
        case .journal: "the last errors in the journal, and messages by priority, of every unit; ?unit=NAME: of one"
        }
    }

    /// Whether it is made in next to no time.
    var isCheap: Bool { self == .live || self == .ready }

    /// The route of a request's target, without its query.
    init?(uri: String) {
        self.init(rawValue: String(uri.prefix { $0 != "?" }))
    }
}
