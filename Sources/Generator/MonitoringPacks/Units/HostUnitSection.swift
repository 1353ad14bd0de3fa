import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// Timers, sockets and mounts that the fleet has its agent watch.
struct HostUnitSection {
    let units: HostUnits

    @ListBuilder<PanelRow> var rows: [PanelRow] {
        if units.mayHave("timer") { PanelRow("Timers") { [lastTriggers, nextTriggers, missed] } }
        if units.mayHave("socket") { PanelRow("Sockets of systemd") { [connections, refused] } }
        if units.mayHave("mount", "automount") { PanelRow("Mounts") { mounts } }
    }

    private func times(_ title: String, _ description: String, _ gauge: Gauge<UnitLabels>) -> Panel {
        Panel(title, description: description, kind: .table, unit: .timeSince) {
            // Grafana reads dates in milliseconds.
            PanelQuery(gauge.series.value.max(by: .label(.unit)) * 1000, legend: LegendText(stringLiteral: title))
        }.range(from: nil, to: nil).overrides(.named("unit", .displayName("Timer")))
    }

    private var lastTriggers: Panel { times("Last trigger", "When each timer triggered last.", Units.timerLast) }
    private var nextTriggers: Panel { times("Next trigger", "When each timer will trigger next.", Units.timerNext) }

    private var missed: Panel {
        Panel(
            "Timers in time", description: "Whether each timer triggers when it should.", kind: .stateTimeline, unit: .none
        ) {
            PanelQuery(Units.timerMissed.series.value, legend: "\(.label(.unit))")
        }.mappings(.value(0, "in time", .green), .value(1, "missed", .red))
    }

    private var connections: Panel {
        Panel("Connections of sockets", description: "Open connections that systemd has accepted, by socket.", unit: .count) {
            PanelQuery(Units.socketConnections.series.value.sum(by: .label(.unit)), legend: "\(.label(.unit))")
        }
    }

    private var refused: Panel {
        Panel(
            "Connections to sockets", description: "Connections per second that systemd accepted, and turned away.",
            unit: .perSecond
        ) {
            PanelQuery(
                Units.socketAccepted.series.rate(over: .rateInterval).sum(by: .label(.unit)), legend: "\(.label(.unit))")
            PanelQuery(
                Units.socketRefused.series.rate(over: .rateInterval).sum(by: .label(.unit)), legend: "\(.label(.unit)): refused"
            )
        }.overrides(.matching(".*: refused", .color(.red)))
    }

    private var mounts: Panel {
        Panel("Mounts by kind", description: "Mounts that are watched, by the kind of their file system.", unit: .count) {
            PanelQuery(Units.mount.series.value.count(by: .label(.type)), legend: "\(.label(.type))")
        }
    }
}
