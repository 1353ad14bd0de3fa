import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What systemd and the journal say of units: what happens between two scrapes is seen too.
struct UnitAlerts {
    let fleet: Fleet

    var all: [Alert] {
        fleet.isUnderSystemd
            ? [unitFailed, processCrashed, watchdogExpired, killedForMemory, errorsLogged, messagesDropped] : []
    }

    private var window: RateWindow { fleet.rateWindow }

    private static let look: [String] = [
        "Read why: `systemctl status UNIT`, `journalctl -u UNIT -n 100`.",
        "Start it again once the cause is gone: `systemctl reset-failed UNIT && systemctl start UNIT`.",
    ]

    private var unitFailed: Alert {
        Alert(
            "UnitFailed",
            when: Units.state.series.matching(.label(.state), UnitActiveState.failed.rawValue).value == 1, severity: .high,
            summary: "A unit has failed.",
            description: "systemd has given up on \(.label(.unit)), which the agent \(.instance) watches.",
            runbook: Runbook(
                meaning: "The unit ended with a failure, and systemd does not start it again.",
                impact: "What the unit does is not done until somebody starts it.",
                queries: [
                    .init("How it ended", Units.result.series.value), .init("Since when", Units.stateChange.series.value),
                ],
                actions: Self.look))
    }

    /// Kills for want of memory and by the watchdog have alerts of their own.
    private var processCrashed: Alert {
        let exits = JournalUnits.exits.series.matching(.label(.cause), .matchesNot, "success|oom-kill|watchdog")
        func exit(_ cause: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                JournalUnits.exits,
                [.service: "apus-agent", .instance: "a", .label(.unit): "u.service", .label(.cause): cause], course)
        }
        return Alert(
            "ProcessCrashed", anyOf: exits, in: fleet, severity: .high,
            summary: "A unit's process has ended with a failure.",
            description: "\(.label(.unit)) has ended: \(.label(.cause)).",
            runbook: Runbook(
                meaning: "The journal holds an end of the unit that was no success: an exit code, a signal or a timeout.",
                impact: "What it had in hand is done again; systemd starts most units again by itself.",
                queries: [
                    .init("Exit status or signal", JournalUnits.processExits.series.increase(over: window)),
                    .init("Core dumps", JournalUnits.coreDumps.series.increase(over: window)),
                ],
                actions: Self.look + ["If it dumped its core, look at it: `coredumpctl info UNIT`."]),
            inputs: [
                exit("exit-code", .events(1)), exit("success", .growth(quiet: 0.5, bad: 0.5)),
                exit("oom-kill", .growth(quiet: 0.5, bad: 0.5)), exit("watchdog", .growth(quiet: 0.5, bad: 0.5)),
            ])
    }

    private var watchdogExpired: Alert {
        let exits = JournalUnits.exits.series.matching(.label(.cause), "watchdog")
        func exit(_ cause: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                JournalUnits.exits,
                [.service: "apus-agent", .instance: "a", .label(.unit): "u.service", .label(.cause): cause], course)
        }
        return Alert(
            "WatchdogExpired", anyOf: exits, in: fleet, severity: .high,
            summary: "systemd has ended a process that stood still.",
            description: "\(.label(.unit)) gave no sign of life for longer than its watchdog waits, and was ended.",
            runbook: Runbook(
                meaning: "The process hung, and systemd's watchdog ended it.",
                impact: "Its work waited until then, and is done again.",
                queries: [.init("Automatic restarts", JournalUnits.restarts.series.increase(over: window))],
                actions: ["Look at the core that it left: `coredumpctl info UNIT`."] + Self.look),
            inputs: [exit("watchdog", .events(1)), exit("exit-code", .growth(quiet: 0.5, bad: 0.5))])
    }

    private var killedForMemory: Alert {
        Alert(
            "KilledForMemory", anyOf: JournalUnits.oomKills.series, in: fleet, severity: .critical,
            summary: "Want of memory has killed a process.",
            description: "The \(.label(.killer)) has killed processes of \(.label(.unit)) for want of memory.",
            runbook: Runbook(
                meaning: "A process reached its limit of memory, or the host had none left.",
                impact: "What it had in hand is done again; on a full host, others follow.",
                queries: [
                    .init("Resident memory of services", ServiceProcess.residentMemory.series.value),
                    .init("Memory of units", Units.memory.series.value),
                ],
                actions: [
                    "See what was killed, and at what size: `journalctl -k -g 'Killed process'`.",
                    fleet.heapServices.isEmpty
                        ? "If one service grew, find what it keeps; if the host is full, move something."
                        : "If one service grew, see the runbook of HeapGrowth; if the host is full, move something.",
                ]))
    }

    private var errorsLogged: Alert {
        let graver = Journal.messages.series.matching(.label(.priority), .matches, "emerg|alert|crit")
        func entry(_ priority: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Journal.messages,
                [.service: "apus-agent", .instance: "a", .label(.unit): "u.service", .label(.priority): priority], course)
        }
        // Entries of no unit come without the label.
        let ofKernel = AlertInput(
            Journal.messages, [.service: "apus-agent", .instance: "a", .label(.priority): "emerg"], .events(1))
        return Alert(
            "CriticalMessages", anyOf: graver, in: fleet, severity: .medium,
            summary: "Something critical has been logged.",
            description: """
                \(.label(.unit), or: "The kernel or a process outside of all units") on the host of the agent \(.instance) has logged \
                entries of priority \(.label(.priority)).
                """,
            runbook: Runbook(
                meaning: "The journal holds new entries of priority crit or graver.",
                impact: "Depends on what they say.",
                queries: [
                    .init(
                        "Errors per second by unit",
                        Journal.messages.series.matching(.label(.priority), "err").rate(over: window))
                ],
                actions: ["Read them: `journalctl -p crit -n 50`."]),
            inputs: [entry("crit", .events(1)), ofKernel, entry("err", .growth(quiet: 0.5, bad: 0.5))])
    }

    /// What journald drops is counted by nobody else: errors may be among it.
    private var messagesDropped: Alert {
        Alert(
            "MessagesDropped", anyOf: Journal.suppressed.series, in: fleet, severity: .low,
            summary: "A unit logs more than the journal takes.",
            description: "journald has dropped messages of \(.label(.unit)) on the host of the agent \(.instance).",
            runbook: Runbook(
                meaning: "The unit has passed journald's rate limit (`RateLimitBurst=` within `RateLimitIntervalSec=`).",
                impact: "Its log has gaps, and counts and alerts of its messages are too low.",
                queries: [
                    .init("Messages per second by unit", Journal.messages.series.rate(over: window).sum(by: .label(.unit)))
                ],
                actions: [
                    "See what it writes so often: `journalctl -u UNIT -n 200`.",
                    "Lower its level of logging, or give it `LogRateLimitBurst=` in its unit.",
                ]))
    }
}
