/// A dashboard in Grafana's classic schema
/// (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/).
struct DashboardJSON: Encodable {
    let annotations = Annotations()
    let description: String
    let editable = false
    /// 1: a crosshair shared by all panels.
    let graphTooltip = 1
    let links: [String] = []
    let panels: [PanelJSON]
    let refresh = "10s"
    let schemaVersion = 41
    let tags: [String]
    let templating: Templating
    let time = TimeRange()
    let timezone = "browser"
    let title: String
    let uid: String

    struct Annotations: Encodable {
        let list: [String] = []
    }

    struct TimeRange: Encodable {
        let from = "now-1h"
        let to = "now"
    }

    struct Templating: Encodable {
        let list: [VariableJSON]
    }

    init(_ dashboard: Dashboard) {
        description = dashboard.description
        panels = dashboard.placedPanels.map { PanelJSON($0.panel, id: dashboard.id(of: $0.panel), position: $0.position) }
        tags = dashboard.tags
        templating = Templating(
            list: [.datasource] + DashboardVariable.targetKeys.map(VariableJSON.target))
        title = dashboard.title
        uid = dashboard.uid
    }
}

/// The datasource that was chosen on top of the dashboard.
struct DatasourceJSON: Encodable {
    let type = "prometheus"
    let uid = "${\(DashboardVariable.datasource)}"
}
