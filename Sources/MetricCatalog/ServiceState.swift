public import ApusMetrics

/// What the agent knows of a service's reporting.
public enum ServiceState {
    public static let up = Gauge<NoLabels>(
        "apus_service_up", "1 while the instance's process lives and reports, 0 when it is expected or was known and does not.")
    public static let heartbeatAge = Gauge<NoLabels>(
        "apus_service_heartbeat_age_seconds", "Seconds since the reporter inside the process last gave a sign of life.")
    public static let series = Gauge<NoLabels>("apus_service_series", "Series that the process has registered.")
    public static let droppedSeries = Counter<NoLabels>(
        "apus_service_series_dropped_total", "Series that the process asked for past its limit.")

    static let families = [up.family, heartbeatAge.family, series.family, droppedSeries.family]
}
