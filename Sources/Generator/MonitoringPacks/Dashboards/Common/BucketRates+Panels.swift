import ApusDashboards
import ApusMetrics
import ApusPromQL

extension BucketRates {
    /// Median, 95th and 99th percentile of all series together.
    var percentiles: [PanelQuery] {
        let all = sum()
        return [
            PanelQuery(all.quantile(0.5), legend: "p50"), PanelQuery(all.quantile(0.95), legend: "p95"),
            PanelQuery(all.quantile(0.99), legend: "p99"),
        ]
    }

    /// All series together, as a heatmap.
    func heatmap(_ title: String, description: String, unit: PanelUnit = .seconds) -> Panel {
        Panel(title, description: description, kind: .heatmap, unit: unit) { PanelQuery(sum()) }.legend(.hidden)
    }
}
