/// A variable on top of a dashboard, in Grafana's classic schema.
enum ClassicVariable: JSONRepresentable {
    case datasource
    case query(DashboardVariable, earlier: ArraySlice<DashboardVariable>)

    func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .datasource: Self.writeDatasource(to: &json)
            case .query(let variable, let earlier):
                Self.write(variable, query: variable.valuesQuery(after: earlier), to: &json)
            }
        }
    }

    private static func writeDatasource(to json: inout JSONWriter) {
        json.member("hide", 0)
        json.member("includeAll", false)
        json.member("label", "Data source")
        json.member("multi", false)
        json.member("name", DashboardVariable.datasource)
        json.member("options", [])
        json.member("query", "prometheus")
        json.member("refresh", 1)
        json.member("regex", "")
        json.member("type", "datasource")
    }

    private static func write(_ variable: DashboardVariable, query: String, to json: inout JSONWriter) {
        if variable.isMultiple {
            json.member("allValue", variable.allValue)
            json.object("current") { json in
                json.member("text", ["All"])
                json.member("value", ["$__all"])
            }
        }
        json.member("datasource", ClassicDatasource())
        json.member("definition", query)
        json.member("hide", 0)
        json.member("includeAll", variable.isMultiple)
        json.member("label", variable.title)
        json.member("multi", variable.isMultiple)
        json.member("name", variable.name)
        json.member("options", [])
        // As a text: the published schema leaves no room for the editor's members, and Grafana reads both.
        json.member("query", query)
        // 2: when the time range changes.
        json.member("refresh", 2)
        json.member("regex", "")
        // 1: by name.
        json.member("sort", 1)
        json.member("type", "query")
    }
}
