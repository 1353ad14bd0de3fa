public import ApusMetrics

/// What the kernel says of the whole machine that an agent runs on, in a container too.
///
/// Each has the value that Prometheus' node_exporter serves under `node_…`: the names differ, so that both can be scraped side by side.
public enum Host: MetricSubsystem {
    public static let processors = Gauge<NoLabels>("host_cpus", "Processors that are online.")
    public static let cpu = Counter<HostCPUModeLabels>(
        "host_cpu_seconds_total",
        "Time of all processors together by what they did; that of virtual machines is in user and nice.")
    public static let contextSwitches = Counter<NoLabels>("host_context_switches_total", "Context switches since the boot.")
    public static let forks = Counter<NoLabels>("host_forks_total", "Processes and threads made since the boot.")
    public static let running = Gauge<NoLabels>(
        "host_processes_running", "Threads that run or wait for a processor.")
    public static let blocked = Gauge<NoLabels>("host_processes_blocked", "Threads that wait for storage.")
    public static let bootTime = Gauge<NoLabels>(
        "host_boot_time_seconds", "The boot, in seconds since the Unix epoch by the clock as it is set now.")
    public static let uptime = Gauge<NoLabels>(
        "host_uptime_seconds", "Time since the boot, also where the clock has been set since.")
    public static let boot = Info<BootLabels>(
        "host_boot_info", "Always 1; the label boot_id is another one after each boot, as the journal has it.")
    public static let load1 = Gauge<NoLabels>(
        "host_load1", "Threads that run, wait for a processor or wait for storage, averaged over a minute.")
    public static let load5 = Gauge<NoLabels>("host_load5", "The load averaged over five minutes.")
    public static let load15 = Gauge<NoLabels>("host_load15", "The load averaged over fifteen minutes.")

    public static let memoryTotal = Gauge<NoLabels>("host_memory_total_bytes", "Memory that the kernel can use (MemTotal).")
    public static let memoryAvailable = Gauge<NoLabels>(
        "host_memory_available_bytes",
        "Memory that programs could have without swapping, by the kernel's estimate (MemAvailable).")
    public static let memoryFree = Gauge<NoLabels>("host_memory_free_bytes", "Memory that nothing uses (MemFree).")
    public static let buffers = Gauge<NoLabels>(
        "host_memory_buffers_bytes", "Cache of what lies on block devices outside of files (Buffers).")
    public static let cached = Gauge<NoLabels>(
        "host_memory_cached_bytes", "Cache of files, shared memory included (Cached).")
    public static let swapTotal = Gauge<NoLabels>("host_swap_total_bytes", "Swap space (SwapTotal).")
    public static let swapFree = Gauge<NoLabels>("host_swap_free_bytes", "Swap space that nothing uses (SwapFree).")

    public static let waiting = Counter<PressureLabels>(
        "host_pressure_waiting_seconds_total", "Time in which at least one thread of the machine waited for the resource.")
    public static let stalled = Counter<PressureLabels>(
        "host_pressure_stalled_seconds_total",
        "Time in which all threads of the machine that had work waited for the resource; not of the processors, where that cannot be."
    )
    public static let openFiles = Gauge<NoLabels>(
        "host_open_files", "Open files of all processes; several descriptors may be of one.")
    public static let maxFiles = Gauge<NoLabels>("host_open_files_max", "Open files that there may be (fs.file-max).")

    public static let title = "The host"
    public static let origin = MetricOrigin.host
    public static let families = [
        processors.family, cpu.family, contextSwitches.family, forks.family, running.family, blocked.family,
        bootTime.family, uptime.family, boot.family, load1.family, load5.family, load15.family, memoryTotal.family,
        memoryAvailable.family,
        memoryFree.family, buffers.family, cached.family, swapTotal.family, swapFree.family, waiting.family, stalled.family,
        openFiles.family, maxFiles.family,
    ]
}

/// What a processor does, in the order in which the kernel counts it (proc_stat(5)).
public enum HostCPUMode: String, CaseIterable, Sendable {
    /// Runs programs.
    case user
    /// Runs programs of low priority.
    case nice
    /// Runs the kernel for programs.
    case system
    case idle
    /// Idle while something waits for storage.
    case iowait
    /// Serves interrupts.
    case irq
    /// Does what interrupts have put off.
    case softirq
    /// Waits for the hypervisor, which runs something else.
    case steal
}

public struct HostCPUModeLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case mode }
    public static var allCases: [Self] { HostCPUMode.allCases.map { Self(mode: $0) } }
    public let mode: HostCPUMode
    public init(mode: HostCPUMode) { self.mode = mode }
    public subscript(key: Key) -> String { mode.rawValue }
}

public struct BootLabels: LabelSet {
    public enum Key: String, LabelKey { case bootID = "boot_id" }
    /// A UUID.
    public let bootID: String
    public init(bootID: String) { self.bootID = bootID }
    public subscript(key: Key) -> String { bootID }
}
