/// What systemd said last of a unit.
package struct UnitState: Sendable, Equatable {
    package var name: String
    /// `loaded`, `not-found`, `masked` and others of systemd's words, as are the next two.
    package var loadState: String
    package var activeState: String
    package var subState: String
    /// Of a service's last run, or of the last action of another type: `success`, `exit-code`, `signal`, `watchdog` and others;
    /// `nil` of a type that has none.
    package var result: String?
    /// When the state changed last, and when it became active last: seconds since 1970; `nil` for never since the boot.
    package var stateChange: Double?
    package var activeSince: Double?
    /// Automatic restarts since the unit was loaded or reset.
    package var restarts: UInt64?
    package var mainPID: UInt64?
    /// How the main process ended last; `nil` while it runs.
    package var exit: UnitExit?
    /// Seconds; `nil` without a watchdog.
    package var watchdog: Double?
    /// The last ping, in seconds since 1970.
    package var watchdogPing: Double?
    /// As systemd accounts them; `nil` where it does not.
    package var memoryBytes: UInt64?
    package var tasks: UInt64?
    /// `nil` without a limit.
    package var tasksLimit: UInt64?
    package var cpuSeconds: Double?

    package init(name: String, loadState: String, activeState: String, subState: String) {
        self.name = name
        self.loadState = loadState
        self.activeState = activeState
        self.subState = subState
    }

    /// Whether there is no such unit.
    package var isAbsent: Bool { loadState == "not-found" }

    /// Whether it has, or may have, processes.
    package var isRunning: Bool { activeState != "inactive" && activeState != "failed" }
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
