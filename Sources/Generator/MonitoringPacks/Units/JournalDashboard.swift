import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What is written into the journal, and what systemd says of units there and on its bus.
struct JournalDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .journal, title: "Journal and units", description: "The journal and the units of the \(fleet.name) fleet's hosts.",
            variables: [
                DashboardVariable(.instance, of: JournalFollowing.up, name: "agent"),
                // The kernel's entries have no unit.
                DashboardVariable(.label(.unit), of: Journal.messages).includingUnlabelled(),
            ], start: "now-6h"
        ) {
            PanelRow("Entries") { [byPriority, byUnit, errors] }
            PanelRow { [lastErrors, lost] }
            PanelRow("Ends of units") { [exits, processExits, restarts] }
            PanelRow { [kills, coreDumps, starts] }
            PanelRow("Units") { states }
            PanelRow { [memory, cpu, tasks] }
            if let units = fleet.hostUnits { HostUnitSection(units: units).rows }
            PanelRow("Following of the journal") { [following, lag, patterns] }
            PanelRow { [journalFiles, folded] }
        }
    }

    private typealias Key = SeriesKey<UnitLabels.Key>

    private func rate<Labels>(_ counter: Counter<Labels>) -> InstantVector<SeriesKey<Labels.Key>> {
        counter.series.rate(over: .rateInterval)
    }

    private func increase<Labels>(_ counter: Counter<Labels>) -> InstantVector<SeriesKey<Labels.Key>> {
        counter.series.increase(over: .rateInterval)
    }

    // MARK: - Entries

    private var byPriority: Panel {
        Panel(
            "Entries by priority", description: "Entries per second, stacked by priority.", kind: .stackedLines,
            unit: .perSecond
        ) {
            PanelQuery(rate(Journal.messages).sum(by: .label(.priority)), legend: "\(.label(.priority))")
        }.overrides(
            .matching("emerg|alert|crit|err", .color(.red)), .named("warning", .color(.orange)),
            .named("notice", .color(.blue)),
            .named("info", .color(.green)))
    }

    private var byUnit: Panel {
        Panel("Entries by unit", description: "Entries per second of the ten units that write most.", unit: .perSecond) {
            PanelQuery(rate(Journal.messages).sum(by: .label(.unit)).top(10), legend: "\(.label(.unit))")
        }
    }

    private var errors: Panel {
        let errors = Journal.messages.series.matching(.label(.priority), .matches, "emerg|alert|crit|err")
        return Panel(
            "Errors by unit", description: "Entries of priority err or graver, by unit and priority.", kind: .stackedLines,
            unit: .perSecond
        ) {
            PanelQuery(
                errors.rate(over: .rateInterval).sum(by: .label(.unit), .label(.priority)),
                legend: "\(.label(.unit)): \(.label(.priority))")
        }
    }

    private var lastErrors: Panel {
        Panel(
            "Last errors", description: "When each unit last wrote an entry of priority err or graver.", kind: .table,
            unit: .timeSince, width: .half
        ) {
            // Grafana reads dates in milliseconds.
            PanelQuery(Journal.lastError.series.value.max(by: .label(.unit)) * 1000, legend: "Last error")
        }.range(from: nil, to: nil).overrides(.named("unit", .displayName("Unit")))
    }

    private var lost: Panel {
        Panel(
            "Entries that are missing",
            description: "Per second: dropped by journald's rate limit, missed by it, never counted, or damaged.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Journal.suppressed).sum(by: .label(.unit)), legend: "rate limit: \(.label(.unit))")
            PanelQuery(rate(Journal.kernelMissed).sum(), legend: "missed of the kernel's")
            PanelQuery(rate(Journal.missing).sum(), legend: "never counted")
            PanelQuery(rate(Journal.unreadable).sum(), legend: "unreadable fields")
        }
    }

    // MARK: - Ends of units

    private var exits: Panel {
        Panel("Ends by cause", description: "Ends of units, stacked by cause.", kind: .timeSeries(.stackedBars), unit: .count) {
            PanelQuery(
                increase(JournalUnits.exits).sum(by: .label(.unit), .label(.cause)),
                legend: "\(.label(.unit)): \(.label(.cause))")
        }.overrides(.matching(".*: success", .color(.green)), .matching(".*: (watchdog|oom-kill|core-dump)", .color(.red)))
    }

    private var processExits: Panel {
        Panel(
            "Failed processes", description: "Processes that ended other than with success, by code and status or signal.",
            kind: .timeSeries(.stackedBars), unit: .count
        ) {
            PanelQuery(
                increase(JournalUnits.processExits).sum(by: .label(.unit), .label(.code), .label(.status)),
                legend: "\(.label(.unit)): \(.label(.code)) \(.label(.status))")
        }
    }

    private var restarts: Panel {
        Panel(
            "Restarts", description: "Automatic restarts that systemd has scheduled, by unit.", kind: .timeSeries(.stackedBars),
            unit: .count
        ) {
            PanelQuery(increase(JournalUnits.restarts).sum(by: .label(.unit)), legend: "\(.label(.unit))")
        }
    }

    private var kills: Panel {
        Panel(
            "Kills", description: "Units of which want of memory killed processes, and those that their watchdog ended.",
            kind: .timeSeries(.stackedBars), unit: .count
        ) {
            PanelQuery(
                increase(JournalUnits.oomKills).sum(by: .label(.unit), .label(.killer)),
                legend: "\(.label(.unit)): out of memory, by \(.label(.killer))")
            PanelQuery(
                JournalUnits.exits.series.matching(.label(.cause), "watchdog").increase(over: .rateInterval)
                    .sum(by: .label(.unit)), legend: "\(.label(.unit)): watchdog")
        }
    }

    private var coreDumps: Panel {
        Panel("Core dumps", description: "Core dumps by unit and signal.", kind: .timeSeries(.stackedBars), unit: .count) {
            PanelQuery(
                increase(JournalUnits.coreDumps).sum(by: .label(.unit), .label(.signal)),
                legend: "\(.label(.unit)): \(.label(.signal))")
        }
    }

    private var starts: Panel {
        Panel(
            "Starts", description: "Start jobs that were done, and those that failed, by unit.",
            kind: .timeSeries(.stackedBars), unit: .count
        ) {
            PanelQuery(increase(JournalUnits.starts).sum(by: .label(.unit)), legend: "\(.label(.unit))")
            PanelQuery(increase(JournalUnits.startFailures).sum(by: .label(.unit)), legend: "\(.label(.unit)): failed")
        }.overrides(.matching(".*: failed", .color(.red)))
    }

    // MARK: - Units

    /// In the order of their numbers on the timeline, from 0.
    private static let states: [(state: UnitActiveState, color: PanelColor)] = [
        (.inactive, .gray), (.active, .green), (.activating, .lightBlue), (.reloading, .blue), (.deactivating, .yellow),
        (.maintenance, .orange), (.failed, .red),
    ]

    /// Of the series that each state of a unit has, the one whose value is 1 gives the number.
    private var states: [Panel] {
        let numbers = Self.states.enumerated().dropFirst().map { number, entry in
            Units.state.series.matching(.label(.state), entry.state.rawValue).value.max(by: .instance, .label(.unit))
                * Double(number)
        }
        guard let first = numbers.first else { return [] }
        var panel = Panel("States", description: "The state of each unit over time.", kind: .stateTimeline, unit: .none) {
            PanelQuery(numbers.dropFirst().reduce(first, +), legend: "\(.label(.unit))")
        }
        for (number, entry) in Self.states.enumerated() {
            panel = panel.mappings(.value(Double(number), entry.state.rawValue, entry.color))
        }
        return [panel]
    }

    private var memory: Panel {
        Panel("Memory of units", description: "Memory of each unit's control group.", unit: .bytes) {
            PanelQuery(Units.memory.series.value, legend: "\(.label(.unit))")
        }
    }

    private var cpu: Panel {
        Panel("CPU of units", description: "CPU of each unit's control group, in percent of one core.", unit: .percent) {
            PanelQuery(rate(Units.cpu) * 100, legend: "\(.label(.unit))")
        }
    }

    private var tasks: Panel {
        let share = Units.tasks.series.value / (Units.tasksLimit.series.value > 0)
        return Panel("Tasks of units", description: "Tasks of each unit among those that it may have.", unit: .ratio) {
            PanelQuery(share, legend: "\(.label(.unit))")
        }.range(from: 0, to: 1)
    }

    // MARK: - Following

    private var following: Panel {
        Panel("Journal read", description: "Whether each agent reads the journal.", kind: .stateTimeline, unit: .none) {
            PanelQuery(JournalFollowing.up.series.value, legend: "\(.instance)")
        }.saying("read", or: "unread")
    }

    private var lag: Panel {
        Panel(
            "Behind the journal",
            description: "Age of the newest counted entry while there are later ones, and time since the last look.",
            unit: .seconds
        ) {
            PanelQuery(JournalFollowing.lag.series.value, legend: "\(.instance): behind")
            PanelQuery(JournalFollowing.age.series.value, legend: "\(.instance): last look")
        }.thresholds(.limit(of: MonitoringAlerts(fleet: fleet).journalBehind))
    }

    private var journalFiles: Panel {
        Panel(
            "Files of the journal",
            description: "Files by what becomes of them: read, damaged, not permitted, or more than are read.",
            unit: .count
        ) {
            PanelQuery(JournalFollowing.files.series.value.sum(by: .label(.state)), legend: "\(.label(.state))")
        }
    }

    private var folded: Panel {
        Panel(
            "Names told apart", description: "Whether each unit, container and identifier that writes has counts of its own.",
            kind: .stateTimeline,
            unit: .none
        ) {
            PanelQuery(JournalFollowing.unitsFull.series.value, legend: "\(.instance): units")
            PanelQuery(JournalFollowing.namesFull.series.value, legend: "\(.instance): \(.label(.kind))")
        }.mappings(.value(0, "all", .green), .value(1, "some as one", .yellow))
    }

    private var patterns: Panel {
        Panel("Patterns", description: "Entries per second that matched a pattern and could not be counted.", unit: .perSecond)
        {
            PanelQuery(
                rate(JournalFollowing.patternDrops).sum(by: .label(.pattern)),
                legend: "\(.label(.pattern)): one series too many")
            PanelQuery(
                rate(JournalFollowing.patternFailures).sum(by: .label(.pattern)),
                legend: "\(.label(.pattern)): no match or no number")
        }
    }
}
