import ApusDashboards
import ApusPromQL
import ApusRules
import ApusText
import ApusTopology

/// How the fleet's objectives stand: a section for each, since each has windows and limits of its own.
struct ObjectivesDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .objectives, title: "Objectives and error budgets",
            description: "What is left of the error budgets of the \(fleet.name) fleet, and how fast they burn.", variables: [],
            annotations: [.firingAlerts(named: "ErrorBudgetBurn")], start: "now-7d"
        ) {
            PanelRow(height: max(4, fleet.objectives.count + 2)) { budgets }
            for objective in fleet.objectives { ObjectiveSection(rules: ObjectiveRules(objective)).rows }
        }
    }

    /// Recorded under the same name for all objectives.
    private var budgets: [Panel] {
        fleet.objectives.prefix(1).map { objective in
            Panel(
                "Error budgets",
                description: "What is left of each objective's budget for its period: all at 100 %, overdrawn below 0.",
                kind: .barGauge, unit: .ratio
            ) {
                PanelQuery(ObjectiveRules(objective).budgetRemaining.value, legend: "\(.objective)")
            }.range(from: 0, to: 1).thresholds(.least(0))
        }
    }
}

/// The panels of one objective.
private struct ObjectiveSection {
    let rules: ObjectiveRules

    private var objective: Objective { rules.objective }
    private var name: String { objective.name }
    private var target: String { "\(PromQLNumber.string(Self.percent(objective.target))) %" }
    private var period: String { DurationText.string(objective.period) }

    var rows: [PanelRow] {
        [
            PanelRow("\(name): \(target) in \(period)", height: 8) { [attained, left, burn] },
            PanelRow(height: 8) { [errorRatio, leftOverTime, events] },
        ]
    }

    private func value(_ rule: RecordingRule<ObjectiveKey>) -> InstantVector<ObjectiveKey> {
        rule.value(matching: .objective, name)
    }

    private var attained: Panel {
        Panel(
            "Attained: \(name)", description: "Good events among all of the last \(period); the objective is \(target).",
            kind: .stat, unit: .ratio, width: .sixth
        ) {
            PanelQuery(1 - value(rules.errorRatio(over: objective.period)), legend: "good")
        }.range(from: nil, to: 1).decimals(3).thresholds(.least(objective.target))
    }

    private var left: Panel {
        Panel(
            "Budget left: \(name)", description: "What is left of the budget of bad events for \(period), 0 when all is gone.",
            kind: .gauge, unit: .ratio, width: .sixth
        ) {
            PanelQuery(value(rules.budgetRemaining), legend: "left")
        }.range(from: 0, to: 1).thresholds(.least(0))
    }

    private var burn: Panel {
        Panel(
            "Burn rate: \(name)",
            description: """
                Bad events over each window, times those at which the budget lasts for \(period). Lines are where alerts fire once a \
                long window and its short one are above.
                """, unit: .none
        ) {
            for window in alertWindows {
                PanelQuery(
                    value(rules.errorRatio(over: window)) / rules.budget, legend: "\(text: DurationText.string(window))")
            }
        }.thresholds(limits(\.factor))
    }

    private var errorRatio: Panel {
        Panel(
            "Error ratio: \(name)",
            description: "Bad events among all over each window, with the limits of the alerts; a gap while nothing happens.",
            unit: .ratio
        ) {
            for window in alertWindows {
                PanelQuery(value(rules.errorRatio(over: window)), legend: "\(text: DurationText.string(window))")
            }
        }.thresholds(limits(rules.limit(of:)))
    }

    private var leftOverTime: Panel {
        Panel(
            "Budget over time: \(name)", description: "What was left of the budget for \(period) before each moment.",
            unit: .ratio
        ) {
            PanelQuery(value(rules.budgetRemaining), legend: "left")
        }.range(from: nil, to: 1).thresholds(.least(0))
    }

    private var events: Panel {
        Panel("Events: \(name)", description: "All events per second, and the bad ones.", unit: .eventsPerSecond) {
            PanelQuery(value(rules.events), legend: "all")
            PanelQuery(value(rules.badEvents), legend: "bad")
        }.overrides(.named("bad", .color(.red)))
    }

    /// Those of the burn rates, the shortest first.
    private var alertWindows: [Duration] { Set(objective.burnRates.flatMap { [$0.shortWindow, $0.longWindow] }).sorted() }

    /// A line for each burn rate, in the colour of its severity.
    private func limits(_ value: (BurnRate) -> Double) -> PanelThresholds? {
        var steps: [PanelThresholds.Step] = []
        for rate in objective.burnRates.sorted(by: { $0.factor < $1.factor }) where steps.last?.value != value(rate) {
            steps.append(.init(from: value(rate), rate.severity.color))
        }
        return steps.isEmpty ? nil : PanelThresholds(steps)
    }

    /// `99.9` of `0.999`, without the noise of binary fractions.
    private static func percent(_ share: Double) -> Double { (share * 1e12).rounded() / 1e10 }
}

extension Severity {
    /// The sooner people must act, the nearer to red.
    fileprivate var color: PanelColor {
        switch self {
        case .critical: .red
        case .high: .orange
        case .medium: .yellow
        case .low: .blue
        }
    }
}
