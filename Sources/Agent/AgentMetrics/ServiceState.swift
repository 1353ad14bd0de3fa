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

    public static let unreadSeries = Gauge<NoLabels>(
        "apus_service_series_unread", "Series and families that the process has registered and the agent does not serve.")
    public static let droppedFamilySeries = Counter<FamilyLabels>(
        "apus_service_family_series_dropped_total",
        "Requests for series that were dropped, by the family that they would have belonged to; the first families alone.")

    public static let title = "Reporting services"
    public static let origin = MetricOrigin.instance
    public static let familiesOfOtherOrigin = [MetricOrigin.service: [droppedFamilySeries.family]]
    public static let families = [
        up.family, heartbeatAge.family, hung.family, series.family, droppedSeries.family, unreadSeries.family,
        droppedFamilySeries.family,
    ]
}

public struct FamilyLabels: LabelSet {
    public enum Key: String, LabelKey { case family }
    public let family: String
    public init(family: String) { self.family = family }
    public subscript(key: Key) -> String { family }
}
