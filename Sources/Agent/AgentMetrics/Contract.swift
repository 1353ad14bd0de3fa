public import ApusMetrics

/// The names of the original system, served as they were written there; a standard name stands beside each.
///
/// There are six. Five are of any service; the sixth, of its queue, is declared by the platform that has that queue.
public enum Contract: MetricSubsystem {
    /// Standard: `rate(service_process_cpu_seconds_total)`.
    public static let cpuUsage = Gauge<NoLabels>(
        "worker_cpu_usage_percent", "CPU used by the process over the last sampling interval, in percent of one core.")
    /// Standard: ``ServiceProcess/residentMemory``.
    public static let memoryUsage = Gauge<NoLabels>("worker_memory_usage_bytes", "Resident memory of the process.")
    /// Standard: ``ServiceProcess/heap``.
    public static let heapUsage = Gauge<NoLabels>("worker_heap_usage_bytes", "Heap in use by the process.")
    /// Standard: ``ConnectionPool/connections``. A gauge in spite of its `_total`: the name is the contract.
    public static let databaseConnections = Gauge<NoLabels>(
        "database_connections_total", "Open database connections of the process.")
    /// Standard: ``ServiceProcess/startTime``.
    public static let uptime = Gauge<NoLabels>("worker_uptime_seconds", "Seconds since the process started.")

    public static let title = "Contract of the original system"
    public static let origin = MetricOrigin.instance
    public static let familiesOfOtherOrigin = [MetricOrigin.service: [databaseConnections.family]]
    public static let families = [
        cpuUsage.family, memoryUsage.family, heapUsage.family, databaseConnections.family, uptime.family,
    ]
}
