public import ApusMetrics

/// What the processes of a group do, which the agent's configuration file names: how many there are, and what comes and goes.
///
/// What they use has the names of ``ServiceProcess``: the sum over the group. Of CPU time, faults and bytes the sum never falls, as what
/// ended processes had used stays in it.
public enum ServiceProcesses: MetricSubsystem {
    public static let processes = Gauge<ProcessStateLabels>(
        "service_processes", "Processes of the group, by the state of their first thread.")
    public static let unwatched = Gauge<NoLabels>(
        "service_processes_unwatched",
        "Processes of the group that are not watched, as there are too many in all groups; absent where there is none.")
    public static let started = Counter<NoLabels>(
        "service_processes_started_total", "Processes that were found in the group, those that were there at first included.")
    public static let ended = Counter<NoLabels>(
        "service_processes_ended_total", "Processes that were found in the group and have ended or left it.")
    public static let faults = Counter<FaultLabels>(
        "service_process_page_faults_total",
        "Page faults of the group's processes, with those of children that they waited for.")
    public static let storage = Counter<DirectionLabels>(
        "service_process_storage_bytes_total",
        "Bytes that the group's processes have had read from storage and written to it; absent where the agent may not know.")
    public static let proportionalMemory = Gauge<NoLabels>(
        "service_process_proportional_memory_bytes",
        "Resident memory of the group in which a page counts with each process by its part (PSS), estimated between readings; absent without --pss-budget."
    )
    public static let largestMemory = Gauge<NoLabels>(
        "service_process_largest_resident_memory_bytes", "Resident memory of the group's largest process.")
    public static let filesRatio = Gauge<NoLabels>(
        "service_process_open_fds_ratio", "Largest part of its soft limit of open descriptors that one of the processes uses.")

    public static let title = "Groups of processes"
    public static let origin = MetricOrigin.group
    public static let families = [
        processes.family, unwatched.family, started.family, ended.family, faults.family, storage.family,
        proportionalMemory.family, largestMemory.family, filesRatio.family,
    ]
}

/// What a process does, as the kernel has it of its first thread (proc_pid_stat(5)).
public enum ProcessState: String, CaseIterable, Sendable {
    case running
    /// Waits for something, and can be interrupted.
    case sleeping
    /// Waits for storage, as a rule, and cannot be interrupted.
    case uninterruptible
    /// Stopped by a signal or a debugger.
    case stopped
    /// Has ended, and its parent has not asked how.
    case zombie
    case other
}

public struct ProcessStateLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case state }
    public static var allCases: [Self] { ProcessState.allCases.map { Self(state: $0) } }
    public let state: ProcessState
    public init(state: ProcessState) { self.state = state }
    public subscript(key: Key) -> String { state.rawValue }
}

/// Whether a page had to be read from storage.
public enum FaultKind: String, CaseIterable, Sendable { case minor, major }

public struct FaultLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case kind }
    public static var allCases: [Self] { FaultKind.allCases.map { Self(kind: $0) } }
    public let kind: FaultKind
    public init(kind: FaultKind) { self.kind = kind }
    public subscript(key: Key) -> String { kind.rawValue }
}

/// Which way bytes go.
public enum StorageDirection: String, CaseIterable, Sendable { case read, write }

public struct DirectionLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case direction }
    public static var allCases: [Self] { StorageDirection.allCases.map { Self(direction: $0) } }
    public let direction: StorageDirection
    public init(direction: StorageDirection) { self.direction = direction }
    public subscript(key: Key) -> String { direction.rawValue }
}
