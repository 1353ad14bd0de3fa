public import ApusMetrics

/// What the agent knows of a service's reporting.
public enum ServiceState: MetricSubsystem {
    public static let up = Gauge<NoLabels>(
        "apus_service_up", "1 while the instance's process lives and reports, 0 when it is expected or was known and does not.")
    public static let heartbeatAge = Gauge<NoLabels>(
        "apus_service_heartbeat_age_seconds", "Seconds since the reporter inside the process last gave a sign of life.")
    public static let hung = Gauge<NoLabels>(
        "apus_service_hung",
        "1 while the instance's process lives but gives no sign of life or has an executor that runs nothing, else 0.")
    public static let series = Gauge<NoLabels>("apus_service_series", "Series that the process has registered.")
    public static let droppedSeries = Counter<NoLabels>(
        "apus_service_series_dropped_total", "Series that the process asked for past its limit.")

    public static let reports = Counter<NoLabels>(
        "apus_service_reports_total", "Reports that the instance has sent over HTTP.")
    public static let reportAge = Gauge<NoLabels>(
        "apus_service_report_age_seconds", "Seconds since the instance's last report over HTTP.")
    public static let unreadSeries = Gauge<NoLabels>(
        "apus_service_series_unread", "Series and families that the process has registered and the agent does not serve.")
    public static let clippedSeries = Gauge<ClipLabels>(
        "apus_service_series_clipped",
        "Series that the process has registered and the agent does not serve, by the limit they are over.")
    public static let droppedFamilySeries = Counter<FamilyLabels>(
        "apus_service_family_series_dropped_total",
        "Requests for series that were dropped, by the family that they would have belonged to; the first families alone.")

    public static let title = "Reporting services"
    public static let origin = MetricOrigin.instance
    public static let familiesOfOtherOrigin = [MetricOrigin.service: [droppedFamilySeries.family]]
    public static let families = [
        up.family, heartbeatAge.family, hung.family, series.family, droppedSeries.family, reports.family,
        reportAge.family, unreadSeries.family,
        clippedSeries.family,
        droppedFamilySeries.family,
    ]
}

/// The limit that series of a process are over.
public enum ClipReason: String, CaseIterable, Sendable {
    /// Its series are more than one process may have, or its families are.
    case limit
    /// A series has too many labels, or too long ones.
    case labels
    /// Its series, or those of its user, take more of the agent's memory than they may.
    case memory
    /// The last exposition had no room for them, and others have had no more.
    case samples
}

public struct ClipLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { ClipReason.allCases.map { Self(reason: $0) } }
    public let reason: ClipReason
    public init(reason: ClipReason) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}

public struct FamilyLabels: LabelSet {
    public enum Key: String, LabelKey { case family }
    public let family: String
    public init(family: String) { self.family = family }
    public subscript(key: Key) -> String { family }
}
