/// What systemd said last of a unit.
package struct UnitState: Sendable, Equatable {
    /// The unit's name with its type, such as `nginx.service`.
    package var name: String
    /// The name that systemd has for the unit; another one where ``name`` is an alias of it (`Alias=`).
    package var id: String
    /// Whether systemd has the unit's file, in its words: `loaded`, `not-found`, `masked` and others.
    package var loadState: String
    /// Whether the unit works, in systemd's words: `active`, `activating`, `failed` and others.
    package var activeState: String
    /// The state in the words of the unit's type, such as `running` or `exited`.
    package var subState: String
    /// The result of a service's last run, or of the last action of another type: `success`, `exit-code`, `signal`, `watchdog`
    /// and others; `nil` where the type has none.
    package var result: String?
    /// The time of the last change of state in seconds since 1970; `nil` for none since the boot.
    package var stateChange: Double?
    /// The time at which the unit became active last, in seconds since 1970; `nil` for never since the boot.
    package var activeSince: Double?
    /// The time at which the unit began to start last, in seconds since 1970: what is done before it is active comes later; `nil` for
    /// never since the boot.
    package var startedAt: Double?
    /// The number of automatic restarts since the unit was loaded or reset.
    package var restarts: UInt64?
    package var mainPID: UInt64?
    /// How the main process ended last; `nil` while it runs.
    package var exit: UnitExit?
    /// The watchdog's timeout in seconds; `nil` without a watchdog.
    package var watchdog: Double?
    /// The time of the watchdog's last ping, in seconds since 1970.
    package var watchdogPing: Double?
    /// The memory in bytes, as systemd accounts it; `nil` where it does not.
    package var memoryBytes: UInt64?
    /// The number of tasks, as systemd accounts it; `nil` where it does not.
    package var tasks: UInt64?
    /// The most tasks that the unit may have; `nil` without a limit.
    package var tasksLimit: UInt64?
    /// The processor time in seconds, as systemd accounts it; `nil` where it does not.
    package var cpuSeconds: Double?
    /// What a timer has done and will do; `nil` of other types.
    package var timer: TimerState?
    /// The connections of a socket that systemd accepts itself (`Accept=yes`); `nil` of others.
    package var socket: AcceptedConnections?
    /// The place of a mount; `nil` of other types.
    package var mount: MountState?

    package init(name: String, loadState: String, activeState: String, subState: String) {
        self.name = name
        id = name
        self.loadState = loadState
        self.activeState = activeState
        self.subState = subState
    }

    /// Whether there is no such unit.
    package var isAbsent: Bool { loadState == "not-found" }

    /// Whether the unit has, or may have, processes.
    package var isRunning: Bool { activeState != "inactive" && activeState != "failed" }
}

/// The connections of a socket whose service does not accept them itself.
package struct AcceptedConnections: Sendable, Equatable {
    /// How many were accepted since the unit was loaded.
    package var accepted: UInt64
    /// How many were refused because of MaxConnections and its kin; `nil` where systemd does not count them.
    package var refused: UInt64?
    /// How many are open.
    package var connections: UInt64

    package init(accepted: UInt64, refused: UInt64?, connections: UInt64) {
        self.accepted = accepted
        self.refused = refused
        self.connections = connections
    }
}

/// The place of a mount.
package struct MountState: Sendable, Equatable {
    package var path: String
    /// The kind of file system; empty where none was given.
    package var type: String

    package init(path: String, type: String) {
        self.path = path
        self.type = type
    }
}

/// How a unit's main process ended.
package struct UnitExit: Sendable, Equatable {
    package enum Cause: String, Sendable { case exited, killed, dumped }

    package let cause: Cause
    /// The exit code, or the number of the signal.
    package let status: UInt64

    package init(cause: Cause, status: UInt64) {
        self.cause = cause
        self.status = status
    }
}
