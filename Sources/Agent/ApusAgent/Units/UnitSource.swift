import ApusMetrics
import ApusJournal
import AgentMetrics

/// Units on a scrape: what systemd said last, for as long as that is worth something.
struct UnitSource: FamilySource {
    let watcher: UnitWatcher

    /// Seconds after which states that were not confirmed are served no more, as Prometheus forgets series.
    static let longestAge = 300.0

    func write(to encoder: inout ExpositionEncoder) {
        let snapshot = watcher.snapshot()
        writeBus(snapshot, to: &encoder)
        guard let age = snapshot.age, age < Self.longestAge else { return }
        let units = snapshot.units
        encoder.family(
            Units.state,
            units.flatMap { unit in
                UnitActiveState.allCases.map { state in
                    (UnitStateLabels(unit: unit.name, state: state), unit.activeState == state.rawValue ? 1 : 0)
                }
            })
        encoder.family(
            Units.information,
            units.map { (UnitInformationLabels(unit: $0.name, loadState: $0.loadState, subState: $0.subState), 1) })
        encoder.family(
            Units.result, units.compactMap { unit in unit.result.map { (UnitResultLabels(unit: unit.name, result: $0), 1) } })
        encoder.family(
            Units.exitStatus,
            units.compactMap { unit in
                unit.exit.map { (UnitExitLabels(unit: unit.name, cause: $0.cause.rawValue), Double($0.status)) }
            })
        // What a glob matches may be missing: systemd remembers the names that other units refer to.
        write(Units.absent, units.filter { watcher.expected.contains($0.name) }, to: &encoder) { $0.isAbsent ? 1 : 0 }
        write(Units.stateChange, units, to: &encoder, \.stateChange)
        write(Units.activeSince, units, to: &encoder, \.activeSince)
        write(Units.restarts, units, to: &encoder) { $0.restarts.map { Double($0) } }
        write(Units.mainPID, units, to: &encoder) { $0.mainPID.map { Double($0) } }
        write(Units.watchdog, units, to: &encoder, \.watchdog)
        write(Units.watchdogPing, units, to: &encoder, \.watchdogPing)
        write(Units.memory, units, to: &encoder) { $0.memoryBytes.map { Double($0) } }
        write(Units.tasks, units, to: &encoder) { $0.tasks.map { Double($0) } }
        write(Units.tasksLimit, units, to: &encoder) { $0.tasksLimit.map { Double($0) } }
        write(Units.cpu, units, to: &encoder, \.cpuSeconds)
    }

    /// A family with a series for each unit that has a value.
    private func write(
        _ declaration: some MetricDeclaration<UnitLabels>, _ units: [UnitState], to encoder: inout ExpositionEncoder,
        _ value: (UnitState) -> Double?
    ) {
        encoder.family(declaration, units.compactMap { unit in value(unit).map { (UnitLabels(unit: unit.name), $0) } })
    }

    private func writeBus(_ snapshot: UnitSnapshot, to encoder: inout ExpositionEncoder) {
        encoder.family(Units.busUp, snapshot.isUp ? 1 : 0)
        if let age = snapshot.age { encoder.family(Units.busAge, age) }
        encoder.family(Units.busCalls, Double(snapshot.calls))
        encoder.family(
            Units.busErrors,
            UnitBusError.Reason.allCases.map { reason in
                (BusErrorLabels(reason: reason.label), Double(snapshot.errors[reason] ?? 0))
            })
        encoder.family(Units.busBreakerOpen, snapshot.isBreakerOpen ? 1 : 0)
    }
}

extension UnitBusError.Reason {
    fileprivate var label: BusErrorReason {
        switch self {
        case .connect: .connect
        case .timeout: .timeout
        case .disconnected: .disconnected
        case .refused: .refused
        case .malformed: .malformed
        }
    }
}
