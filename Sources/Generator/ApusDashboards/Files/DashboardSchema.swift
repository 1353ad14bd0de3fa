/// The form in which dashboards are written.
public enum DashboardSchema: String, CaseIterable, Hashable, Sendable {
    /// What every version of Grafana reads.
    case classic
    /// A resource of the API `dashboard.grafana.app/v2`: the default since Grafana 13.
    case v2
}

extension Dashboard {
    /// The dashboard as JSON, unchecked.
    func json(_ schema: DashboardSchema) -> String {
        // About what a panel takes, so that the bytes move but seldom.
        var json = JSONWriter(reserving: 4096 + rows.reduce(0) { $0 + $1.panels.count } * 2560)
        switch schema {
        case .classic: ClassicDashboard(dashboard: self).write(to: &json)
        case .v2: ResourceDashboard(dashboard: self).write(to: &json)
        }
        json.endFile()
        return json.text
    }
}
