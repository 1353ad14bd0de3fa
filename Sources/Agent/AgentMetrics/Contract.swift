public import ApusMetrics

/// The six names of the original system, served as they were written there; a standard name stands beside each.
public enum Contract: MetricSubsystem {
    /// Standard: `rate(service_process_cpu_seconds_total)`.
    public static let cpuUsage = Gauge<NoLabels>(
        "worker_cpu_usage_percent", "CPU used by the process over the last sampling interval, in percent of one core.")
    /// Standard: ``ServiceProcess/residentMemory``.
    public static let memoryUsage = Gauge<NoLabels>("worker_memory_usage_bytes", "Resident memory of the process.")
    /// Standard: ``ServiceProcess/heap``.
    public static let heapUsage = Gauge<NoLabels>("worker_heap_usage_bytes", "Heap in use by the process.")
    /// Standard: ``Database/connections``. A gauge in spite of its `_total`: the name is the contract.
    public static let databaseConnections = Gauge<NoLabels>(
        "database_connections_total", "Open database connections of the process.")
    /// Standard: ``Queue/depth``.
    public static let queueDepth = Gauge<QueueStateLabels>(
        "notification_queue_depth", "Notifications waiting in the store, by state.")
    /// Standard: ``ServiceProcess/startTime``.
    public static let uptime = Gauge<NoLabels>("worker_uptime_seconds", "Seconds since the process started.")

    public static let title = "Contract of the original system"
    public static let origin = MetricOrigin.service
    public static let families = [
        cpuUsage.family, memoryUsage.family, heapUsage.family, databaseConnections.family, queueDepth.family, uptime.family,
    ]
}

/// What a notification in the queue waits for.
public enum QueueState: String, CaseIterable, Sendable {
    /// Due now, held by nobody.
    case pending
    /// Due later: scheduled, or waiting for its next attempt.
    case scheduled
    /// Leased by a worker.
    case locked
}

public struct QueueStateLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case state }
    public static var allCases: [Self] { QueueState.allCases.map { Self(state: $0) } }
    public let state: QueueState
    public init(state: QueueState) { self.state = state }
    public subscript(key: Key) -> String { state.rawValue }
}
