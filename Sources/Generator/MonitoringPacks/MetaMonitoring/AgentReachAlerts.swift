import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What agents leave out of what they were given to watch, as there is more than they may take or they are not allowed to.
struct AgentReachAlerts {
    let fleet: Fleet

    var all: [Alert] {
        (fleet.groupedServices.isEmpty ? [] : [processesUnwatched]) + (fleet.isUnderSystemd ? [filesUnread, unitsFolded] : [])
    }

    private func input(_ gauge: Gauge<NoLabels>, of instance: String, _ course: InputCourse) -> AlertInput {
        AlertInput(gauge, [.service: "apus-agent", .instance: instance], course)
    }

    private var processesUnwatched: Alert {
        Alert(
            "AgentLeavesProcesses",
            when: (Agent.unwatchedProcesses.series.value > 0).or(Agent.unwatchedControlGroups.series.value > 0), severity: .low,
            summary: "An agent does not watch all that it should.",
            description: "The agent \(.instance) leaves out \(value: .decimals(0)) processes or control groups of its groups.",
            runbook: Runbook(
                meaning: "More processes or control groups match the agent's file than it watches.",
                impact: "CPU, memory and counts of their services are too low, and alerts on them late.",
                queries: [
                    .init("Processes that are left out", Agent.unwatchedProcesses.series.value),
                    .init("Control groups that are left out", Agent.unwatchedControlGroups.series.value),
                ],
                actions: [
                    "See what matches: `apus-agent check-config --processes /etc/apus/agent.yaml`, as the agent's user.",
                    "Match less: a unit instead of a user, an expression that says more. `docs/limits.md` has the limits and their options.",
                ]),
            inputs: [
                input(Agent.unwatchedProcesses, of: "one", .level(quiet: 0, bad: 1)),
                input(Agent.unwatchedControlGroups, of: "one", .constant(0)),
                input(Agent.unwatchedProcesses, of: "two", .constant(0)),
                input(Agent.unwatchedControlGroups, of: "two", .level(quiet: 0, bad: 1)),
            ])
    }

    /// Damaged files are what a crash of the host leaves: what is whole in them is counted.
    private var filesUnread: Alert {
        let left = JournalFollowing.files.series.matching(.label(.state), .matches, "unreadable|excess")
        func files(_ state: String, of instance: String = "a", _ course: InputCourse) -> AlertInput {
            AlertInput(
                JournalFollowing.files, [.service: "apus-agent", .instance: instance, .label(.state): state], course)
        }
        return Alert(
            "JournalFilesUnread", when: left.value > 0, severity: .low,
            summary: "An agent does not read all files of the journal.",
            description: "The agent \(.instance) leaves out \(value: .decimals(0)) files of the journal: \(.label(.state)).",
            runbook: Runbook(
                meaning: "Files are `unreadable`, which the agent may not open, or `excess`, more than it reads.",
                impact: "Units whose entries are in them alone, such as those of users and namespaces, are not counted.",
                queries: [.init("Files by what becomes of them", JournalFollowing.files.series.value)],
                actions: [
                    "Look whose they are: `ls -l /var/log/journal/*`; the agent's user must be in the group `systemd-journal`.",
                    "Too many: `journalctl --vacuum-files=50`, or larger ones by `SystemMaxFileSize=`.",
                ]),
            inputs: [
                files("unreadable", .level(quiet: 0, bad: 1)), files("excess", of: "b", .level(quiet: 0, bad: 1)),
                files("read", .constant(3)), files("damaged", .constant(1)),
            ])
    }

    private var unitsFolded: Alert {
        Alert(
            "JournalUnitsFolded", when: JournalFollowing.unitsFull.series.value == 1, severity: .low,
            summary: "An agent counts several units as one.",
            description: "More units write into the journal than the agent \(.instance) tells apart; the others are `<other>`.",
            runbook: Runbook(
                meaning: "All places for units are taken by units that are not silent.",
                impact: "Errors and ends of units without a place are seen, and not whose they are.",
                queries: [
                    .init(
                        "Units by messages per second",
                        Journal.messages.series.rate(over: fleet.rateWindow).sum(by: .label(.unit)))
                ],
                actions: [
                    "See who writes under ever new names, such as units of sessions: the query shows them.",
                    "Watch those that matter with `--watch-unit`, or declare `HostUnits`: they always have a place.",
                ]))
    }
}
