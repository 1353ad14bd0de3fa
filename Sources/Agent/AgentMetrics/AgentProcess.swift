public import ApusMetrics

/// The process that serves the exposition, under the names every Prometheus client uses for its own process.
public enum AgentProcess: MetricSubsystem {
    public static let cpu = Counter<NoLabels>("process_cpu_seconds_total", "User and system CPU time spent, in seconds.")
    public static let residentMemory = Gauge<NoLabels>("process_resident_memory_bytes", "Resident memory size in bytes.")
    public static let virtualMemory = Gauge<NoLabels>("process_virtual_memory_bytes", "Virtual memory size in bytes.")
    public static let openFiles = Gauge<NoLabels>("process_open_fds", "Number of open file descriptors.")
    public static let maxFiles = Gauge<NoLabels>("process_max_fds", "Maximum number of open file descriptors.")
    public static let startTime = Gauge<NoLabels>(
        "process_start_time_seconds", "Start time of the process since the Unix epoch in seconds.")

    public static let title = "The agent's own process"
    public static let origin = MetricOrigin.host
    public static let families = [
        cpu.family, residentMemory.family, virtualMemory.family, openFiles.family, maxFiles.family, startTime.family,
    ]
}
