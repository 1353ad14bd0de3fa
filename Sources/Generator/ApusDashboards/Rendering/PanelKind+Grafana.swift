extension PanelKind {
    /// The panel's type, a plugin of Grafana.
    var grafanaType: String {
        switch self {
        case .timeSeries: "timeseries"
        case .stat: "stat"
        case .gauge: "gauge"
        case .barGauge: "bargauge"
        case .table: "table"
        case .heatmap: "heatmap"
        case .stateTimeline: "state-timeline"
        case .text: "text"
        }
    }

    /// The form in which Prometheus' results are asked for; nil for Grafana's choice.
    var queryFormat: String? {
        switch self {
        case .table: "table"
        case .heatmap: "heatmap"
        default: nil
        }
    }

    /// Whether it draws one moment, and not a time.
    var isInstant: Bool { self == .table }
}
