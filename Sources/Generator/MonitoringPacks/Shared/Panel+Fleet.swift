package import ApusDashboards
import ApusMetrics
package import ApusPromQL
package import ApusTopology

extension Panel {
    /// Links its values to the dashboard of the process that they are of, if the fleet has it; its series keep the label `instance`.
    package func linkedToInstance(of fleet: Fleet) -> Self {
        guard FleetDashboard.instance.isPart(of: fleet) else { return self }
        return dataLinks(
            .dashboard(
                FleetDashboard.instance.uid(in: fleet), "Show ${__field.labels.instance}",
                variablesFromLabels: ["instance": "instance"]))
    }

    /// Links its corner to another dashboard of the fleet, if the fleet has it.
    package func linked(to dashboard: FleetDashboard, _ title: String, of fleet: Fleet) -> Self {
        dashboard.isPart(of: fleet) ? links(.dashboard(dashboard.uid(in: fleet), title)) : self
    }

    /// Words and colours for a value that is 1 when all is well, and 0 when not.
    package func saying(_ well: String, or ill: String) -> Self { mappings(.value(1, well, .green), .value(0, ill, .red)) }
}

extension BucketRates {
    /// Median, 95th and 99th percentile of all series together.
    package var percentiles: [PanelQuery] {
        let all = sum()
        return [
            PanelQuery(all.quantile(0.5), legend: "p50"), PanelQuery(all.quantile(0.95), legend: "p95"),
            PanelQuery(all.quantile(0.99), legend: "p99"),
        ]
    }

    /// All series together, as a heatmap.
    package func heatmap(_ title: String, description: String, unit: PanelUnit = .seconds) -> Panel {
        Panel(title, description: description, kind: .heatmap, unit: unit) { PanelQuery(sum()) }.legend(.hidden)
    }
}
