public import ApusMetrics

/// What the kernel says of a watched process; sampled from outside by the agent.
public enum ServiceProcess: MetricSubsystem {
    public static let cpu = Counter<CPUModeLabels>(
        "service_process_cpu_seconds_total", "CPU time of the process and its threads, ended ones included.")
    public static let childrenCPU = Counter<CPUModeLabels>(
        "service_process_children_cpu_seconds_total", "CPU time of children that the process has waited for.")
    public static let residentMemory = Gauge<NoLabels>(
        "service_process_resident_memory_bytes", "Resident memory of the process.")
    public static let virtualMemory = Gauge<NoLabels>(
        "service_process_virtual_memory_bytes", "Virtual memory of the process.")
    public static let peakResidentMemory = Gauge<NoLabels>(
        "service_process_resident_memory_window_peak_bytes",
        "Largest resident memory seen by a sample since the sampling tick before last.")
    public static let anonymousMemory = Gauge<NoLabels>(
        "service_process_anonymous_memory_bytes",
        "Resident memory of the process that no file is behind, at the last turn of the sampling loop.")
    public static let swap = Gauge<NoLabels>(
        "service_process_swap_bytes", "Memory of the process that is in swap, at the last turn of the sampling loop.")
    public static let oomScore = Gauge<NoLabels>(
        "service_process_oom_score",
        "How likely the kernel is to end the process when memory runs out, 0 to 2000, at the last turn of the sampling loop; of a group the largest."
    )
    public static let heap = Gauge<NoLabels>(
        "service_process_heap_bytes", "Heap in use: what malloc has handed out, as mallinfo2 reports it inside the process.")
    public static let openFiles = Gauge<NoLabels>("service_process_open_fds", "Open file descriptors of the process.")
    public static let maxFiles = Gauge<NoLabels>("service_process_max_fds", "Soft limit on open file descriptors.")
    public static let threads = Gauge<NoLabels>("service_process_threads", "Threads of the process.")
    public static let startTime = Gauge<NoLabels>(
        "service_process_start_time_seconds", "Start of the process, in seconds since the Unix epoch.")

    public static let title = "Watched processes"
    public static let origin = MetricOrigin.instance
    public static let familiesOfOtherOrigin = [MetricOrigin.service: [heap.family]]
    public static let families = [
        cpu.family, childrenCPU.family, residentMemory.family, virtualMemory.family, peakResidentMemory.family,
        anonymousMemory.family, swap.family, oomScore.family, heap.family,
        openFiles.family, maxFiles.family, threads.family, startTime.family,
    ]
}

public enum CPUMode: String, CaseIterable, Sendable { case user, system }

public struct CPUModeLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case mode }
    public static var allCases: [Self] { CPUMode.allCases.map { Self(mode: $0) } }
    public let mode: CPUMode
    public init(mode: CPUMode) { self.mode = mode }
    public subscript(key: Key) -> String { mode.rawValue }
}
