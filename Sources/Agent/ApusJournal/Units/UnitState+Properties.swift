import CSystemd
import Glibc

extension UnitState {
    /// - Parameter name: by which the unit was asked for.
    init(_ unit: apus_unit, name: String) {
        self.init(
            name: name, loadState: UnitBusMessage.text(unit.load_state), activeState: UnitBusMessage.text(unit.active_state),
            subState: UnitBusMessage.text(unit.sub_state))
        let id = UnitBusMessage.text(unit.id)
        if !id.isEmpty { self.id = id }
        let result = UnitBusMessage.text(unit.result)
        self.result = result.isEmpty ? nil : result
        stateChange = Self.seconds(unit.state_change)
        activeSince = Self.seconds(unit.active_enter)
        startedAt = Self.seconds(unit.inactive_exit)
        restarts = Self.known(unit.restarts)
        mainPID = Self.known(unit.main_pid, not: 0)
        exit = Self.exit(unit)
        watchdog = Self.seconds(unit.watchdog)
        watchdogPing = Self.seconds(unit.watchdog_ping)
        memoryBytes = Self.known(unit.memory_bytes)
        tasks = Self.known(unit.tasks)
        tasksLimit = Self.known(unit.tasks_max)
        cpuSeconds = Self.known(unit.cpu_nanoseconds).map { Double($0) / 1e9 }
        timer = Self.timer(unit, name)
        socket = Self.socket(unit, name)
        mount = Self.mount(unit, name)
    }

    private static func timer(_ unit: apus_unit, _ name: String) -> TimerState? {
        guard name.hasSuffix(".timer"), let accuracy = known(unit.accuracy) else { return nil }
        return TimerState(
            lastTrigger: seconds(unit.last_trigger), nextTrigger: seconds(unit.next_trigger),
            nextMonotonic: seconds(unit.next_trigger_monotonic), accuracy: Double(accuracy) / 1e6,
            unit: UnitBusMessage.text(unit.triggered))
    }

    /// Where the service accepts itself, systemd knows no connection of the socket: it has none to count, not 0.
    private static func socket(_ unit: apus_unit, _ name: String) -> AcceptedConnections? {
        guard name.hasSuffix(".socket"), unit.accepts == 1, let accepted = known(unit.accepted),
            let connections = known(unit.connections)
        else { return nil }
        return AcceptedConnections(accepted: accepted, refused: known(unit.refused), connections: connections)
    }

    private static func mount(_ unit: apus_unit, _ name: String) -> MountState? {
        let path = UnitBusMessage.text(unit.mount_point)
        guard name.hasSuffix(".mount"), !path.isEmpty else { return nil }
        return MountState(path: path, type: UnitBusMessage.text(unit.fs_type))
    }

    /// A unit that systemd does not hold in memory: stopped, or not there at all.
    ///
    /// - Parameter loadState: the word that systemd has for it when it loads it.
    init(unloaded name: String, loadState: String) {
        self.init(name: name, loadState: loadState, activeState: "inactive", subState: "dead")
    }

    private static func known(_ number: UInt64, not absent: UInt64 = .max) -> UInt64? {
        number == .max || number == absent ? nil : number
    }

    /// The seconds of a number of microseconds; systemd writes 0 for never.
    private static func seconds(_ microseconds: UInt64) -> Double? { known(microseconds, not: 0).map { Double($0) / 1e6 } }

    private static func exit(_ unit: apus_unit) -> UnitExit? {
        guard let status = known(unit.exec_status) else { return nil }
        switch unit.exec_code {
        case UInt64(CLD_EXITED): return UnitExit(cause: .exited, status: status)
        case UInt64(CLD_KILLED): return UnitExit(cause: .killed, status: status)
        case UInt64(CLD_DUMPED): return UnitExit(cause: .dumped, status: status)
        default: return nil
        }
    }
}
