public import ApusMetrics

/// What the kernel has of a service's control group, with those below it: the files of cgroup v2, or those of version 1 that say the same.
///
/// A group of the agent's configuration file has the sum over its control groups, and its counts go on when one of them is removed. A
/// reporting instance has that of its unit or container. Where a file is not there, as of a controller that is switched off, its series
/// are absent.
public enum ServiceControlGroup: MetricSubsystem {
    public static let cpu = Counter<CPUModeLabels>(
        "service_cgroup_cpu_seconds_total",
        "CPU time of all processes that are or were in the control group, those included that nobody has waited for.")
    public static let periods = Counter<NoLabels>(
        "service_cgroup_cpu_periods_total", "Periods of the CPU quota in which the control group had work.")
    public static let throttledPeriods = Counter<NoLabels>(
        "service_cgroup_cpu_throttled_periods_total", "Periods of the CPU quota in which the control group had used it up.")
    public static let throttledTime = Counter<NoLabels>(
        "service_cgroup_cpu_throttled_seconds_total", "Time for which the control group was held back by its CPU quota.")
    public static let memory = Gauge<NoLabels>(
        "service_cgroup_memory_bytes", "Memory of the control group, with the page cache that counts to it (memory.current).")
    public static let memoryPeak = Gauge<NoLabels>(
        "service_cgroup_memory_peak_bytes", "Most memory that the control group has had since it was made (memory.peak).")
    public static let anonymous = Gauge<NoLabels>(
        "service_cgroup_memory_anon_bytes", "Memory of the control group that no file is behind.")
    public static let files = Gauge<NoLabels>(
        "service_cgroup_memory_file_bytes", "Page cache of the control group, with shared memory.")
    public static let sharedMemory = Gauge<NoLabels>(
        "service_cgroup_memory_shmem_bytes",
        "Shared memory and files in tmpfs of the control group, which are in its page cache and cannot be dropped from it.")
    public static let unreclaimable = Gauge<NoLabels>(
        "service_cgroup_memory_unreclaimable_bytes",
        "Memory of the control group that the kernel cannot drop: all but file pages and caches that it can give back.")
    public static let swap = Gauge<NoLabels>("service_cgroup_memory_swap_bytes", "Swap of the control group.")
    public static let memoryHigh = Gauge<NoLabels>(
        "service_cgroup_memory_high_bytes",
        "Memory from which on the control group is held back: the least memory.high of it and of those above it; absent where there is no such limit."
    )
    public static let memoryMax = Gauge<NoLabels>(
        "service_cgroup_memory_max_bytes",
        "Most memory that the control group may have: the least memory.max of it and of those above it; absent where there is no limit."
    )
    public static let memoryEvents = Counter<MemoryEventLabels>(
        "service_cgroup_memory_events_total", "Times that the control group came to a limit of its memory (memory.events).")
    public static let tasks = Gauge<NoLabels>(
        "service_cgroup_pids", "Processes and threads in the control group (pids.current).")
    public static let tasksMax = Gauge<NoLabels>(
        "service_cgroup_pids_max",
        "Most processes and threads that the control group may have: the least pids.max of it and of those above it; absent where there is no limit."
    )
    public static let ioBytes = Counter<DeviceLabels>(
        "service_cgroup_io_bytes_total", "Bytes that the control group has read from and written to a block device.")
    public static let ioOperations = Counter<DeviceLabels>(
        "service_cgroup_io_operations_total", "Reads from and writes to a block device by the control group.")

    public static let title = "Control groups of services"
    public static let origin = MetricOrigin.unit
    public static let families = [
        cpu.family, periods.family, throttledPeriods.family, throttledTime.family, memory.family, memoryPeak.family,
        anonymous.family, files.family, sharedMemory.family, unreclaimable.family, swap.family, memoryHigh.family,
        memoryMax.family, memoryEvents.family, tasks.family, tasksMax.family, ioBytes.family, ioOperations.family,
    ]
}

/// How a control group came to a limit of its memory.
public enum MemoryEvent: String, CaseIterable, Sendable {
    /// It was held back at `memory.high`.
    case high
    /// It had to give memory back, as it had come to `memory.max`.
    case max
    /// It could not give back enough.
    case oom
    /// One of its processes was killed for that.
    case oomKill = "oom_kill"
}

public struct MemoryEventLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case event }
    public static var allCases: [Self] { MemoryEvent.allCases.map { Self(event: $0) } }
    public let event: MemoryEvent
    public init(event: MemoryEvent) { self.event = event }
    public subscript(key: Key) -> String { event.rawValue }
}

public struct DeviceLabels: LabelSet {
    public enum Key: String, LabelKey { case device, direction }
    /// The name of a block device; `other` for those past the most that are told apart.
    public let device: String
    public let direction: StorageDirection
    public init(device: String, direction: StorageDirection) {
        self.device = device
        self.direction = direction
    }
    public subscript(key: Key) -> String {
        switch key {
        case .device: device
        case .direction: direction.rawValue
        }
    }
}
