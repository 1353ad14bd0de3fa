/// Where an expression will be evaluated, which decides what it may hold.
public enum QueryContext: Hashable, Sendable {
    /// By Prometheus, as a rule: windows are fixed and hold at least four scrapes.
    case rule(scrapeInterval: Duration)
    /// By Grafana, in a panel: windows are `$__rate_interval`.
    case panel
}
