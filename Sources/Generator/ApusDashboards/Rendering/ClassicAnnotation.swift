/// Marks on the time axis, in Grafana's classic schema.
enum ClassicAnnotation {
    /// Grafana's own, which people make by hand; a dashboard without it would hide them.
    case builtIn
    case query(DashboardAnnotation)

    static let builtInName = "Annotations & Alerts"
    static let builtInColor = "rgba(0, 211, 255, 1)"
    static let builtInDatasource = "-- Grafana --"

    func write(on dashboard: Dashboard, to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .builtIn:
                json.member("builtIn", 1)
                json.object("datasource") { json in
                    json.member("type", "grafana")
                    json.member("uid", Self.builtInDatasource)
                }
                json.member("enable", true)
                json.member("hide", true)
                json.member("iconColor", Self.builtInColor)
                json.member("name", Self.builtInName)
                json.member("type", "dashboard")
            case .query(let annotation):
                json.member("datasource", ClassicDatasource())
                json.member("enable", true)
                json.member("expr", dashboard.expression(of: annotation))
                json.member("hide", false)
                json.member("iconColor", annotation.color.rawValue)
                json.member("name", annotation.name)
                Self.writeTexts(to: &json)
            }
        }
    }

    /// What a mark says, the same in both schemas.
    static func writeTexts(to json: inout JSONWriter) {
        json.member("tagKeys", "severity,service,instance")
        json.member("textFormat", "{{instance}}")
        json.member("titleFormat", "{{alertname}}")
    }
}
