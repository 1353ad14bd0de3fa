/// A variable on top of a dashboard, in schema v2.
struct ResourceVariable: JSONRepresentable {
    let dashboard: Dashboard
    /// 0 is the datasource; the dashboard's own begin at 1.
    let index: Int

    func write(to json: inout JSONWriter) {
        if index == 0 {
            json.kind("DatasourceVariable", writeDatasource)
        } else {
            json.kind("QueryVariable") { write(dashboard.variables[index - 1], to: &$0) }
        }
    }

    private func writeDatasource(to json: inout JSONWriter) {
        json.member("allowCustomValue", false)
        json.object("current") { json in
            json.member("text", "")
            json.member("value", "")
        }
        json.member("hide", "dontHide")
        json.member("includeAll", false)
        json.member("label", "Data source")
        json.member("multi", false)
        json.member("name", DashboardVariable.datasource)
        json.member("options", [])
        json.member("pluginId", "prometheus")
        json.member("refresh", "onDashboardLoad")
        json.member("regex", "")
        json.member("skipUrlSync", false)
    }

    private func write(_ variable: DashboardVariable, to json: inout JSONWriter) {
        let query = variable.valuesQuery(after: dashboard.variables.prefix(index - 1))
        if variable.isMultiple { json.member("allValue", variable.allValue) }
        json.member("allowCustomValue", true)
        json.object("current") { json in
            if variable.isMultiple {
                json.member("text", ["All"])
                json.member("value", ["$__all"])
            } else {
                json.member("text", "")
                json.member("value", "")
            }
        }
        json.member("definition", query)
        json.member("hide", "dontHide")
        json.member("includeAll", variable.isMultiple)
        json.member("label", variable.title)
        json.member("multi", variable.isMultiple)
        json.member("name", variable.name)
        json.member("options", [])
        json.query(datasource: "${\(DashboardVariable.datasource)}") { json in
            // 1: label_values.
            json.member("qryType", 1)
            json.member("query", query)
            json.member("refId", "PrometheusVariableQueryEditor-VariableQuery")
        }
        json.member("refresh", "onTimeRangeChanged")
        json.member("regex", "")
        json.member("skipUrlSync", false)
        json.member("sort", "alphabeticalAsc")
    }
}
