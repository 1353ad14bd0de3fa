public import ApusMetrics

/// How the pages of metrics answer that the agent fetches from services.
public enum ServiceScrape: MetricSubsystem {
    public static let up = Gauge<NoLabels>(
        "service_scrape_up", "1 when the page of the instance was fetched and read at the last attempt, else 0.")
    public static let duration = Gauge<NoLabels>(
        "service_scrape_duration_seconds", "Time that the last attempt to fetch and read the page of the instance took.")
    public static let samples = Gauge<NoLabels>(
        "service_scrape_samples", "Samples that are served of the page of the instance; absent while it cannot be fetched.")
    public static let leftOut = Counter<LeftOutLabels>(
        "service_scrape_left_out_total",
        "Series of the page of the instance that were left out, as they contradict themselves or are past a limit, by reason.")
    public static let failures = Counter<ScrapeFailureLabels>(
        "service_scrape_failures_total", "Attempts to fetch and read the page of the instance that failed, by reason.")

    public static let title = "Pages of services that are scraped"
    public static let origin = MetricOrigin.instance
    public static let families = [up.family, duration.family, samples.family, leftOut.family, failures.family]
}

/// Why the page of an instance is not served.
public enum ScrapeFailure: String, CaseIterable, Sendable {
    /// Nothing takes the connection, or it ends before its answer.
    case connection
    /// It was not there, and read, in its time.
    case timeout
    /// Its status is another one than 200; redirects are not followed.
    case status
    /// What was sent is no answer of HTTP, or no page of metrics.
    case content
    /// It is larger than a page may be.
    case limit
    /// Its instance is another one's: it reports by itself.
    case name
}

public struct ScrapeFailureLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { ScrapeFailure.allCases.map { Self(reason: $0) } }
    public let reason: ScrapeFailure
    public init(reason: ScrapeFailure) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}

public struct LeftOutLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { LeftOutReason.allCases.map { Self(reason: $0) } }
    public let reason: LeftOutReason
    public init(reason: LeftOutReason) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}
