import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology

/// Timers, sockets, mounts and whatever else the fleet has its agent watch beside its own units.
struct HostUnitAlerts {
    let fleet: Fleet

    var all: [Alert] {
        guard fleet.isUnderSystemd, let units = fleet.hostUnits else { return [] }
        return (units.namesSome ? [unitAbsent] : []) + (units.mayHave("timer") ? [timerMissed] : [])
            + (units.mayHave("service") ? [unitRestarts] : [])
            + (units.mayHave("socket") ? [connectionsRefused] : [])
            + (units.mayHave("automount", "mount", "path", "socket", "swap", "target", "timer") ? [unitInactive] : [])
    }

    private var unitAbsent: Alert {
        Alert(
            "UnitAbsent", when: Units.absent.series.value == 1, severity: .high,
            summary: "A unit that is watched does not exist.",
            description: "systemd knows no unit \(.label(.unit)) on the host of the agent \(.instance).",
            runbook: Runbook(
                meaning: "The unit was removed or renamed, or was never installed; a mount may be gone.",
                impact: "What the unit does is not done.",
                queries: [.init("What systemd says of units", Units.information.series.value)],
                actions: [
                    "Look for it: `systemctl cat UNIT`, `systemctl list-unit-files`.",
                    "After an installation: `systemctl daemon-reload`, and `systemctl enable --now UNIT`.",
                    "If it is gone for good, take it out of `HostUnits`.",
                ]))
    }

    private var timerMissed: Alert {
        Alert(
            "TimerMissed", when: Units.timerMissed.series.value == 1, severity: .high,
            summary: "A timer has not triggered in time.",
            description: "The timer \(.label(.unit)) on the host of the agent \(.instance) should have triggered, and has not.",
            runbook: Runbook(
                meaning:
                    "The time of its next trigger is past, by more than its accuracy; or it waits for a service that has long ended.",
                impact: "What it starts, such as a backup, is not done.",
                queries: [
                    .init("When it triggered last", Units.timerLast.series.value),
                    .init("When it should have", Units.timerNext.series.value),
                ],
                actions: [
                    "Look at it and what it starts: `systemctl status UNIT`, `systemctl list-timers --all`.",
                    "Look whether systemd hangs, or the host was suspended: `journalctl -u UNIT -n 50`.",
                    "Do its work by hand: `systemctl start SERVICE`; then `systemctl restart UNIT`.",
                ]))
    }

    /// What systemd starts again by itself: a service that crashes, and neither a timer's next run nor the next connection of a socket.
    private var unitRestarts: Alert {
        let limit = fleet.thresholds[Threshold.restarts]
        let window = InstanceAlerts.restartWindow
        return Alert(
            "UnitRestartsOften", when: Units.restarts.series.increase(over: .fixed(window)).rounded(), above: limit,
            summary: "systemd starts a service again and again.",
            description: """
                systemd has started \(.label(.unit)) on the host of the agent \(.instance) again \(value: .decimals(0)) times \
                within \(text: DurationText.string(window)); the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The service ends soon after its start, and `Restart=` of its unit starts it again each time.",
                impact: "What it had in hand is done again, and each start costs time in which it serves nobody.",
                queries: [
                    .init("Automatic restarts", Units.restarts.series.increase(over: .fixed(window))),
                    .init("How it ended", Units.result.series.value),
                ],
                actions: [
                    "Read why it ended: `systemctl status UNIT`, `journalctl -u UNIT -n 200`.",
                    "Look for kills by the kernel: `journalctl -k | grep -i oom`.",
                    "Stop it until the cause is gone: `systemctl stop UNIT`.",
                ]),
            inputs: [
                AlertInput(
                    Units.restarts, [.service: "apus-agent", .instance: "a", .label(.unit): "u.service"],
                    .events(limit.wholeValue + 1))
            ])
    }

    private var connectionsRefused: Alert {
        Alert(
            "SocketRefusesConnections", anyOf: Units.socketRefused.series, in: fleet, severity: .high,
            summary: "systemd turns clients of a socket away.",
            description: "The socket \(.label(.unit)) on the host of the agent \(.instance) has as many connections as it may.",
            runbook: Runbook(
                meaning: "A socket with `Accept=yes` has reached `MaxConnections=` or `MaxConnectionsPerSource=`.",
                impact: "Clients are closed out at once.",
                queries: [
                    .init("Open connections", Units.socketConnections.series.value),
                    .init("Accepted per second", Units.socketAccepted.series.rate(over: fleet.rateWindow)),
                ],
                actions: [
                    "See who is connected: `systemctl list-units 'NAME@*'`, `ss -tnp`.",
                    "Stop what holds connections and does nothing, or raise `MaxConnections=`.",
                ]))
    }

    /// Of types that are active as long as they are wanted; a service may well have done its work.
    private var unitInactive: Alert {
        let standing = Units.state.series.matching(
            .label(.unit), .matches, #".+\.(automount|mount|path|socket|swap|target|timer)"#)
        func state(_ unit: String, _ state: UnitActiveState, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Units.state, [.service: "apus-agent", .instance: "a", .label(.unit): unit, .label(.state): state.rawValue],
                course)
        }
        return Alert(
            "UnitInactive", when: standing.matching(.label(.state), UnitActiveState.inactive.rawValue).value == 1,
            severity: .high,
            summary: "A mount, timer or socket is not active.",
            description: "\(.label(.unit)) on the host of the agent \(.instance) was stopped, or not started.",
            runbook: Runbook(
                meaning: "The unit is loaded and inactive: not mounted, not listening, or not waiting for its time.",
                impact:
                    "A mount shows an empty folder, which services may fill; a timer triggers nothing; a socket takes no connection.",
                queries: [.init("Since when", Units.stateChange.series.value)],
                actions: [
                    "Read who stopped it: `journalctl -u UNIT -n 50`.",
                    "Start it: `systemctl start UNIT`, and see that it starts with the host: `systemctl enable UNIT`.",
                ]),
            inputs: [
                state("srv.mount", .inactive, .level(quiet: 0, bad: 1)), state("tmp.mount", .failed, .constant(1)),
                state("backup.service", .inactive, .constant(1)),
            ])
    }
}
