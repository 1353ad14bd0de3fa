/// A panel as an element of schema v2.
struct ResourcePanel {
    let panel: Panel
    let dashboard: Dashboard

    func writeSpec(to json: inout JSONWriter) {
        json.kind("data", "QueryGroup", writeQueries)
        json.member("description", panel.description)
        json.member("id", dashboard.id(of: panel))
        json.array("links", panel.links) { dashboard.json(of: $1, isClassic: false).write(to: &$0) }
        json.member("title", panel.title)
        json.object("vizConfig") { json in
            json.member("group", panel.kind.grafanaType)
            json.member("kind", "VizConfig")
            json.object("spec") { json in
                json.member("fieldConfig", dashboard.fieldConfig(of: panel, isClassic: false))
                json.member("options", PanelOptionsJSON(panel: panel))
            }
            json.member("version", "")
        }
    }

    private func writeQueries(to json: inout JSONWriter) {
        json.array("queries", dashboard.queries(of: panel)) { json, query in
            json.kind("PanelQuery") { json in
                json.member("hidden", false)
                json.query(datasource: "${\(DashboardVariable.datasource)}", query.writeMembers)
                json.member("refId", query.refID)
            }
        }
        json.object("queryOptions") { _ in }
        json.array("transformations", PanelTransformation.all(of: panel)) { json, transformation in
            json.object { json in
                json.member("group", transformation.id)
                json.member("kind", "Transformation")
                json.object("spec") { $0.member("options", transformation) }
            }
        }
    }
}
