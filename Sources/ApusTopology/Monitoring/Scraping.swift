/// How Prometheus scrapes the agents and evaluates the rules.
public struct Scraping: Hashable, Sendable {
    public let interval: Duration
    /// Shorter than the interval, so that one slow scrape does not run into the next.
    public let timeout: Duration
    public let evaluationInterval: Duration
    /// Where Prometheus listens, for the datasource of the dashboards.
    public let prometheusPort: Int
    public let place: SourcePlace

    /// - Parameters:
    ///   - interval: between two scrapes of a target.
    ///   - timeout: of one scrape; two thirds of the interval when nil, at most 10 s.
    ///   - evaluationInterval: between two evaluations of the rules; the scrape interval when nil.
    ///   - prometheusPort: on the fleet's host.
    public init(
        interval: Duration = .seconds(15), timeout: Duration? = nil, evaluationInterval: Duration? = nil,
        prometheusPort: Int = 9090, fileID: String = #fileID, line: Int = #line
    ) {
        self.interval = interval
        self.timeout = timeout ?? Self.defaultTimeout(of: interval)
        self.evaluationInterval = evaluationInterval ?? interval
        self.prometheusPort = prometheusPort
        place = SourcePlace(fileID: fileID, line: line)
    }

    private static func defaultTimeout(of interval: Duration) -> Duration {
        // In whole milliseconds, the finest duration that Prometheus reads.
        guard interval < .seconds(15) else { return .seconds(10) }
        return .milliseconds(max(Int64(interval / .milliseconds(1)) * 2 / 3, 0))
    }
}
