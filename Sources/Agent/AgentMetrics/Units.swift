public import ApusMetrics

/// Units as systemd sees them, under the names that node_exporter and systemd_exporter gave them where they have one.
public enum Units: MetricSubsystem {
    public static let state = Gauge<UnitStateLabels>(
        "systemd_unit_state", "1 for the state that the unit is in, 0 for the others.")
    public static let information = Gauge<UnitInformationLabels>(
        "systemd_unit_info", "Always 1; systemd's words for the unit are in the labels.")
    public static let absent = Gauge<UnitLabels>(
        "systemd_unit_absent", "1 while a unit that is watched by its name does not exist, else 0.")
    public static let stateChange = Gauge<UnitLabels>(
        "systemd_unit_state_change_time_seconds", "When the unit's state changed last, in seconds since the Unix epoch.")
    public static let activeSince = Gauge<UnitLabels>(
        "systemd_unit_active_enter_time_seconds", "When the unit became active last, in seconds since the Unix epoch.")
    public static let restarts = Counter<UnitLabels>(
        "systemd_service_restart_total", "Automatic restarts of the service since its unit was loaded or reset.")
    public static let result = Gauge<UnitResultLabels>(
        "systemd_unit_result", "Always 1; how the unit's last run ended is in the label, success while none has failed.")
    public static let exitStatus = Gauge<UnitExitLabels>(
        "systemd_service_exit_status", "Exit code or signal with which the main process ended last; absent while it runs.")
    public static let mainPID = Gauge<UnitLabels>("systemd_service_main_pid", "Process id of the service's main process.")
    public static let watchdog = Gauge<UnitLabels>(
        "systemd_service_watchdog_seconds", "Time without a ping after which systemd ends the service.")
    public static let watchdogPing = Gauge<UnitLabels>(
        "systemd_service_watchdog_ping_time_seconds", "The service's last watchdog ping, in seconds since the Unix epoch.")
    public static let memory = Gauge<UnitLabels>("systemd_unit_memory_bytes", "Memory of the unit's control group.")
    public static let tasks = Gauge<UnitLabels>("systemd_unit_tasks_current", "Tasks of the unit's control group.")
    public static let tasksLimit = Gauge<UnitLabels>("systemd_unit_tasks_max", "Most tasks that the unit may have.")
    public static let cpu = Counter<UnitLabels>(
        "systemd_unit_cpu_seconds_total", "CPU time of the unit's control group since its start.")

    public static let timerLast = Gauge<UnitLabels>(
        "systemd_timer_last_trigger_seconds",
        "When the timer triggered last, in seconds since the Unix epoch; absent for never.")
    public static let timerNext = Gauge<UnitLabels>(
        "systemd_timer_next_trigger_seconds",
        "When the timer will trigger next, in seconds since the Unix epoch; absent while nothing is scheduled.")
    public static let timerMissed = Gauge<UnitLabels>(
        "systemd_timer_missed",
        "1 while the timer waits for a trigger that should have been, by more than its accuracy (AccuracySec) and five seconds, or for the "
            + "end of a service that ended more than a minute ago; else 0."
    )
    public static let socketAccepted = Counter<UnitLabels>(
        "systemd_socket_accepted_connections_total",
        "Connections that systemd accepted on the socket (Accept=yes) since its unit was loaded.")
    public static let socketRefused = Counter<UnitLabels>(
        "systemd_socket_refused_connections_total",
        "Connections that systemd refused on the socket (Accept=yes) because there were too many.")
    public static let socketConnections = Gauge<UnitLabels>(
        "systemd_socket_current_connections", "Open connections of the socket that systemd accepted (Accept=yes).")
    public static let mount = Gauge<UnitMountLabels>(
        "systemd_mount_info", "Always 1; the place of the mount and the kind of its file system are in the labels.")

    public static let busUp = Gauge<NoLabels>(
        "apus_systemd_bus_up", "1 while systemd answers on the bus and tells of changes, else 0.")
    public static let busAge = Gauge<NoLabels>(
        "apus_systemd_bus_age_seconds", "Seconds since systemd last answered: how old the states of units may be.")
    public static let busCalls = Counter<NoLabels>("apus_systemd_bus_calls_total", "Calls on the bus.")
    public static let busErrors = Counter<BusErrorLabels>(
        "apus_systemd_bus_errors_total", "Failures of connections and calls on the bus, by reason.")
    public static let busBreakerOpen = Gauge<NoLabels>(
        "apus_systemd_bus_breaker_open", "1 while the bus has failed so often that it is tried in pauses only, else 0.")

    public static let title = "Units of systemd"
    public static let origin = MetricOrigin.host
    public static let families = [
        state.family, information.family, absent.family, stateChange.family, activeSince.family, restarts.family,
        result.family, exitStatus.family, mainPID.family, watchdog.family, watchdogPing.family, memory.family, tasks.family,
        tasksLimit.family, cpu.family, timerLast.family, timerNext.family, timerMissed.family, socketAccepted.family,
        socketRefused.family, socketConnections.family, mount.family, busUp.family, busAge.family, busCalls.family,
        busErrors.family, busBreakerOpen.family,
    ]
}

/// The states of systemd's units.
public enum UnitActiveState: String, CaseIterable, Sendable {
    case active, reloading, inactive, failed, activating, deactivating, maintenance
}

/// A unit of systemd, as the labels of a series.
public struct UnitLabels: LabelSet {
    public enum Key: String, LabelKey { case unit }
    public let unit: String
    public init(unit: String) { self.unit = unit }
    public subscript(key: Key) -> String { unit }
}

public struct UnitStateLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, state }
    public let unit: String
    public let state: UnitActiveState
    public init(unit: String, state: UnitActiveState) {
        self.unit = unit
        self.state = state
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .state: state.rawValue
        }
    }
}

public struct UnitInformationLabels: LabelSet {
    public enum Key: String, LabelKey {
        case unit
        case loadState = "load_state"
        case subState = "sub_state"
    }
    public let unit: String
    /// `loaded`, `not-found`, `masked` and others.
    public let loadState: String
    /// A word of the unit's type, such as `running` or `auto-restart`.
    public let subState: String
    public init(unit: String, loadState: String, subState: String) {
        self.unit = unit
        self.loadState = loadState
        self.subState = subState
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .loadState: loadState
        case .subState: subState
        }
    }
}

public struct UnitMountLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, path, type }
    public let unit: String
    public let path: String
    /// The kind of file system; empty where the unit does not say.
    public let type: String
    public init(unit: String, path: String, type: String) {
        self.unit = unit
        self.path = path
        self.type = type
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .path: path
        case .type: type
        }
    }
}

public struct UnitResultLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, result }
    public let unit: String
    /// `success`, `exit-code`, `signal`, `core-dump`, `timeout`, `watchdog`, `oom-kill`, `start-limit-hit` and others.
    public let result: String
    public init(unit: String, result: String) {
        self.unit = unit
        self.result = result
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .result: result
        }
    }
}

public struct UnitExitLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, cause }
    public let unit: String
    /// `exited` with a code; `killed` or `dumped` by a signal.
    public let cause: String
    public init(unit: String, cause: String) {
        self.unit = unit
        self.cause = cause
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .cause: cause
        }
    }
}

/// Why nothing was heard on the bus.
public enum BusErrorReason: String, CaseIterable, Sendable {
    /// There is no bus.
    case connect
    /// No answer within the deadline.
    case timeout
    /// The bus or systemd went.
    case disconnected
    /// A call was refused.
    case refused
    /// An answer had another form than expected.
    case malformed
}

public struct BusErrorLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { BusErrorReason.allCases.map { Self(reason: $0) } }
    public let reason: BusErrorReason
    public init(reason: BusErrorReason) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}
