public import ApusMetrics

/// What the agent does, and what that costs.
public enum Agent: MetricSubsystem {
    public static let buildInfo = Gauge<VersionLabels>("apus_agent_build_info", "Always 1; the version is in the label.")
    public static let samples = Counter<NoLabels>("apus_agent_samples_total", "Turns of the sampling loop.")
    public static let sampleCPU = Counter<NoLabels>(
        "apus_agent_sample_cpu_seconds_total", "CPU time that the sampling loop has used.")
    public static let lateSamples = Counter<NoLabels>(
        "apus_agent_samples_late_total", "Turns of the sampling loop that began more than a tenth of the interval late.")
    public static let sampleAge = Gauge<NoLabels>(
        "apus_agent_sample_age_seconds", "Seconds since the sampling loop's last turn.")
    public static let scrapes = Counter<NoLabels>("apus_agent_scrapes_total", "Expositions of metrics that were rendered.")
    public static let scrapesAborted = Counter<NoLabels>(
        "apus_agent_scrapes_aborted_total", "Expositions that a client did not take to the end.")
    public static let scrapesRejected = Counter<NoLabels>(
        "apus_agent_scrapes_rejected_total", "Scrapes answered with 503 because too many were under way.")
    public static let scrapeCPU = Counter<NoLabels>(
        "apus_agent_scrape_cpu_seconds_total", "CPU time that rendering expositions has used.")
    public static let scrapeSize = Gauge<NoLabels>("apus_agent_scrape_size_bytes", "Size of the last exposition.")
    public static let instances = Gauge<NoLabels>("apus_agent_instances", "Instances that are known, alive or not.")
    public static let refusals = Counter<RefusalLabels>(
        "apus_agent_reports_refused_total", "Reports that were refused, by reason.")
    public static let connectionsRejected = Counter<NoLabels>(
        "apus_agent_http_connections_rejected_total", "HTTP connections closed because too many were open.")

    public static let title = "The agent's work"
    public static let origin = MetricOrigin.host
    public static let families = [
        buildInfo.family, samples.family, sampleCPU.family, lateSamples.family, sampleAge.family, scrapes.family,
        scrapesAborted.family, scrapesRejected.family, scrapeCPU.family, scrapeSize.family, instances.family, refusals.family,
        connectionsRejected.family,
    ]
}

public struct VersionLabels: LabelSet {
    public enum Key: String, LabelKey { case version }
    public let version: String
    public init(version: String) { self.version = version }
    public subscript(key: Key) -> String { version }
}

/// Why the agent refused a report.
public enum RefusalReason: String, CaseIterable, Sendable {
    /// The hello was not one.
    case hello
    /// The descriptor is no sealed segment of the right size and version.
    case segment
    /// A family or series in the segment is malformed.
    case content
    /// Too many instances or connections.
    case limit
}

public struct RefusalLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { RefusalReason.allCases.map { Self(reason: $0) } }
    public let reason: RefusalReason
    public init(reason: RefusalReason) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}
