/// Marks on the time axis, in schema v2.
enum ResourceAnnotation {
    case builtIn
    case query(DashboardAnnotation)

    func writeSpec(on dashboard: Dashboard, to json: inout JSONWriter) {
        switch self {
        case .builtIn:
            json.member("builtIn", true)
            json.member("enable", true)
            json.member("hide", true)
            json.member("iconColor", ClassicAnnotation.builtInColor)
            json.member("name", ClassicAnnotation.builtInName)
            json.query(group: "grafana", datasource: ClassicAnnotation.builtInDatasource) { _ in }
        case .query(let annotation):
            json.member("enable", true)
            json.member("hide", false)
            json.member("iconColor", annotation.color.rawValue)
            // Where the datasource for Prometheus looks for what is beside its query.
            json.object("legacyOptions", ClassicAnnotation.writeTexts)
            json.member("name", annotation.name)
            json.query(datasource: "${\(DashboardVariable.datasource)}") { json in
                json.member("expr", dashboard.expression(of: annotation))
                json.member("refId", "Anno")
            }
        }
    }
}
