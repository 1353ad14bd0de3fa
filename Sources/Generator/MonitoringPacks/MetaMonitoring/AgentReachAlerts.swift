import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

extension AlertName {
    static let seriesClipped = ofSomeFleets("SeriesClipped")
}

/// What agents leave out of what they were given to watch, as there is more than they may take, it contradicts itself, or they are not allowed to.
struct AgentReachAlerts {
    let fleet: Fleet

    var all: [Alert] {
        [seriesClipped] + (fleet.reportsOverHTTP ? [seriesLeftOut] : [])
            + (fleet.groupedServices.isEmpty ? [] : [processesUnwatched])
            + (fleet.capturesNames ? [groupsUnserved] : [])
            + (fleet.isUnderSystemd ? [filesUnread, unitsFolded, namesFolded] : [])
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

    private var groupsUnserved: Alert {
        Alert(
            "AgentLeavesGroups", when: Agent.unservedGroups.series.value > 0, severity: .low,
            summary: "An agent does not serve all groups of processes.",
            description: "The agent \(.instance) leaves \(value: .decimals(0)) groups out of its exposition.",
            runbook: Runbook(
                meaning: """
                    Groups whose names commands or containers have, and what is reported, are more than `--sample-limit` has room for: \
                    the groups that came last are not served.
                    """,
                impact: "Panels and alerts on these groups are silent.",
                queries: [
                    .init("Groups that are left out", Agent.unservedGroups.series.value),
                    .init("Instances that agents know, groups with them", Agent.instances.series.value),
                ],
                actions: [
                    "Read which: `journalctl -u 'apus-agent*' -p warning -n 50` names some.",
                    "Match less, or have names of fewer values: each group takes some 40 samples, "
                        + "`apus-agent check-config --processes /etc/apus/agent.yaml` lists them.",
                    "If all should be there, raise `Scraping(sampleLimit:)`, which is also what Prometheus takes of one agent.",
                ]))
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
                    "Name those that matter with `--watch-unit`, without a glob, or in `HostUnits`: they always have a place.",
                ]))
    }

    private var namesFolded: Alert {
        Alert(
            "JournalNamesFolded", when: JournalFollowing.namesFull.series.value == 1, severity: .low,
            summary: "An agent counts several writers of the journal as one.",
            description:
                "More names of kind \(.label(.kind)) write into the journal than the agent \(.instance) tells apart; the others are `<other>`.",
            runbook: Runbook(
                meaning:
                    "All places for containers, user units or identifiers, or those of one user, are taken by names that write.",
                impact: "Errors of names without a place are seen, and not whose they are.",
                queries: [
                    .init(
                        "Identifiers by messages per second",
                        JournalNames.identifiers.series.rate(over: fleet.rateWindow).sum(by: .label(.identifier))),
                    .init(
                        "Containers by messages per second",
                        JournalNames.containers.series.rate(over: fleet.rateWindow).sum(by: .label(.container))),
                ],
                actions: [
                    "See who writes under ever new names: the queries, and `journalctl -n 1000 -o json-pretty --output-fields=SYSLOG_IDENTIFIER`.",
                    "Give it one name: `logger -t NAME`, `SyslogIdentifier=` in its unit, a name for its containers.",
                ]))
    }

    // MARK: - Series

    private var seriesClipped: Alert {
        Alert(
            .seriesClipped, when: ServiceState.clippedSeries.series.value > 0, severity: .low,
            summary: "An agent does not serve all series of a process.",
            description: """
                \(value: .decimals(0)) series of \(.instance) of service \(.service) are not served, for the limit \(.label(.reason)).
                """,
            runbook: Runbook(
                meaning: "What the process has is more than the agent serves of one process, of one user, or of all.",
                impact: "Panels and alerts on these series are silent.",
                queries: [
                    .init("Series that are not served, by limit", ServiceState.clippedSeries.series.value),
                    .init("Series of the process", ServiceState.series.series.value),
                ],
                actions: [
                    "Read what was left out first, and the limit: `journalctl -u 'apus-agent*' -p warning -n 50`.",
                    "Find the label with many values, and bound these: patterns instead of paths.",
                    "`memory` and `samples`: others may take the room: the second query shows whose series are many.",
                ]))
    }

    private var seriesLeftOut: Alert {
        Alert(
            "AgentLeavesSeries", anyOf: Agent.seriesLeftOut.series, in: fleet, severity: .low,
            summary: "An agent takes reports without some of their series.",
            description: "The agent \(.instance) has left series or points out of reports that it took.",
            runbook: Runbook(
                meaning:
                    "Reports over HTTP have series that contradict themselves or are past a limit, or points of a kind that is not served.",
                impact: "Panels and alerts on these series are silent.",
                queries: [
                    .init("Series left out per second", Agent.seriesLeftOut.series.rate(over: fleet.rateWindow)),
                    .init("Reports per second of each instance", ServiceState.reports.series.rate(over: fleet.rateWindow)),
                ],
                actions: [
                    "Read whose and why: `journalctl -u 'apus-agent*' -p warning -n 50`; the sender is told in the answer, too.",
                    "Mend it where it is recorded, or leave the instrument out by a view of the SDK.",
                ]))
    }
}

extension Fleet {
    /// Whether commands or containers name the instances of some service, so that nobody knows how many there will be.
    var capturesNames: Bool { groupedServices.contains { $0.found?.instanceTemplate != nil } }
}
