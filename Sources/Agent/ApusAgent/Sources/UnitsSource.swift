import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics

/// Units as systemd said last that they are, for as long as that is worth something.
struct UnitsSource: Source {
    static let name = "units"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        let watched: WatchedUnits
        /// None when what was heard is too old.
        let units: [UnitState]
        let now: Moment
        /// When the agent began, in seconds since the Unix epoch.
        let began: Double

        /// A series for each unit that has a value.
        fileprivate func each<Number: RowNumber>(
            _ value: (UnitState) -> Number?
        ) -> [(labels: UnitLabels, value: Number)] {
            units.compactMap { unit in value(unit).map { (UnitLabels(unit: unit.name), $0) } }
        }

        /// The CPU time of each unit, which systemd counts anew when the unit starts, before ExecStartPre= of a service.
        fileprivate var cpu: [(labels: UnitLabels, value: Double, began: Double?)] {
            units.compactMap { unit in
                unit.cpuSeconds.map {
                    (UnitLabels(unit: unit.name), $0, unit.activeState == "active" ? unit.startedAt : nil)
                }
            }
        }

        private var monotonic: Double { Double(now.monotonic) / 1e9 }

        fileprivate func next(_ unit: UnitState) -> Double? {
            unit.activeState == "active" ? unit.timer?.next(at: now.realtime, monotonic: monotonic) : nil
        }

        /// While its service runs, a timer has no next trigger, or still the one that started it: then it is judged by the service,
        /// where that is watched.
        fileprivate func missed(_ unit: UnitState) -> Double? {
            unit.timer.map { timer in
                switch unit.subState {
                case "waiting": timer.isMissed(at: now.realtime, monotonic: monotonic) ? 1 : 0
                case "running": hasEnded(timer.unit) ? 1 : 0
                default: 0
                }
            }
        }

        /// Whether a watched unit has not run for a minute, so that nobody can be waiting for its end.
        private func hasEnded(_ name: String) -> Bool {
            guard let unit = units.first(where: { $0.name == name }), !unit.isRunning else { return false }
            return unit.stateChange.map { $0 + 60 < now.realtime } ?? false
        }
    }

    static let rows: [Row<Reading>] = [
        Row(Units.busUp) { $0.watched.snapshot.isUp ? 1 : 0 },
        Row(Units.busAge) { $0.watched.age },
        // What the agent itself does counts since its start; systemd does not say since when it counts.
        Row<Reading>(Units.busCalls) { $0.watched.snapshot.calls }.since { $0.began },
        Row<Reading>.each(Units.busErrors) { reading -> [(labels: BusErrorLabels, value: UInt64)] in
            BusErrorReason.allCases.map { reason in
                (BusErrorLabels(reason: reason), reading.watched.snapshot.errors[reason] ?? 0)
            }
        }.since { $0.began },
        Row(Units.busBreakerOpen) { $0.watched.snapshot.isBreakerOpen ? 1 : 0 },
        Row.each(Units.state) { reading in
            reading.units.flatMap { unit in
                UnitActiveState.allCases.map { state in
                    (UnitStateLabels(unit: unit.name, state: state), unit.activeState == state.rawValue ? 1 : 0)
                }
            }
        },
        Row.each(Units.information) { reading in
            reading.units.map { (UnitInformationLabels(unit: $0.name, loadState: $0.loadState, subState: $0.subState), 1) }
        },
        Row.each(Units.result) { reading in
            reading.units.compactMap { unit in unit.result.map { (UnitResultLabels(unit: unit.name, result: $0), 1) } }
        },
        Row.each(Units.exitStatus) { reading in
            reading.units.compactMap { unit in
                unit.exit.map { (UnitExitLabels(unit: unit.name, cause: $0.cause.rawValue), Double($0.status)) }
            }
        },
        // What a glob matches may be missing: systemd remembers the names that other units refer to.
        Row.each(Units.absent) { reading in
            reading.each { reading.watched.expected.contains($0.name) ? $0.isAbsent ? 1 : 0 : nil }
        },
        Row.each(Units.stateChange) { $0.each(\.stateChange) },
        Row.each(Units.activeSince) { $0.each(\.activeSince) },
        Row.each(Units.restarts) { $0.each(\.restarts) },
        Row.each(Units.mainPID) { $0.each(\.mainPID) },
        Row.each(Units.watchdog) { $0.each(\.watchdog) },
        Row.each(Units.watchdogPing) { $0.each(\.watchdogPing) },
        Row.each(Units.memory) { $0.each(\.memoryBytes) },
        Row.each(Units.tasks) { $0.each(\.tasks) },
        Row.each(Units.tasksLimit) { $0.each(\.tasksLimit) },
        Row.eachCounter(Units.cpu) { $0.cpu },
        Row.each(Units.timerLast) { $0.each { $0.timer?.lastTrigger } },
        Row.each(Units.timerNext) { reading in reading.each { reading.next($0) } },
        Row.each(Units.timerMissed) { reading in reading.each { reading.missed($0) } },
        Row.each(Units.socketAccepted) { $0.each { $0.socket?.accepted } },
        Row.each(Units.socketRefused) { $0.each { $0.socket?.refused } },
        Row.each(Units.socketConnections) { $0.each { $0.socket?.connections } },
        Row.each(Units.mount) { reading -> [(labels: UnitMountLabels, value: Double)] in
            reading.units.compactMap { unit in
                unit.mount.map { (UnitMountLabels(unit: unit.name, path: $0.path, type: $0.type), 1) }
            }
        },
    ]

    private let watched: @Sendable (Moment) -> WatchedUnits
    private let began: Double

    init?(_ subject: HostSubject) {
        guard let watched = subject.units else { return nil }
        self.watched = watched
        began = subject.work.began
    }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        let watched = watched(now)
        let isFresh = watched.age.map { $0 < longestReadingAge } ?? false
        return Reading(watched: watched, units: isFresh ? watched.snapshot.units : [], now: now, began: began)
    }

    func age(of reading: Reading) -> Double? { reading.watched.age }
    func isWell(_ reading: Reading) -> Bool { reading.watched.snapshot.isUp }
}
