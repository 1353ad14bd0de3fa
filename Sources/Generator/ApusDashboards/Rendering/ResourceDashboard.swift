/// A dashboard as a resource of Grafana's API, schema v2
/// (https://grafana.com/docs/grafana/latest/observability-as-code/schema-v2/): elements by name, and a layout that refers to them.
struct ResourceDashboard: JSONRepresentable {
    let dashboard: Dashboard

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("apiVersion", "dashboard.grafana.app/v2")
            json.member("kind", "Dashboard")
            json.object("metadata") { $0.member("name", dashboard.uid.description) }
            json.object("spec", writeSpec)
        }
    }

    private func writeSpec(to json: inout JSONWriter) {
        json.array("annotations", [.builtIn] + dashboard.annotations.map(ResourceAnnotation.query)) { json, annotation in
            json.kind("AnnotationQuery") { annotation.writeSpec(on: dashboard, to: &$0) }
        }
        json.member("cursorSync", "Crosshair")
        json.member("description", dashboard.description)
        json.member("editable", false)
        json.object("elements") { json in
            for panel in dashboard.panels {
                json.member(named: dashboard.elementName(of: panel)) { json in
                    json.kind("Panel") { ResourcePanel(panel: panel, dashboard: dashboard).writeSpec(to: &$0) }
                }
            }
        }
        ResourceLayout(dashboard: dashboard).write(as: "layout", to: &json)
        json.array("links", dashboard.links) { DashboardLinkJSON(link: $1).write(to: &$0) }
        json.member("preload", false)
        json.member("tags", dashboard.tags)
        json.object("timeSettings") { json in
            json.member("autoRefresh", dashboard.refresh)
            json.member("autoRefreshIntervals", ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"])
            json.member("fiscalYearStartMonth", 0)
            json.member("from", dashboard.start)
            json.member("hideTimepicker", false)
            json.member("timezone", "browser")
            json.member("to", "now")
        }
        json.member("title", dashboard.title)
        json.array("variables", 0...dashboard.variables.count) { json, index in
            ResourceVariable(dashboard: dashboard, index: index).write(to: &json)
        }
    }
}

extension Dashboard {
    /// By which the layout refers to a panel.
    func elementName(of panel: Panel) -> String { "panel-\(id(of: panel))" }
}

extension JSONWriter {
    /// `{"kind": …, "spec": {…}}`, of which the schema is made.
    mutating func kind(_ name: String, _ spec: (inout Self) -> Void) {
        object { json in
            json.member("kind", name)
            json.object("spec", spec)
        }
    }

    /// The same as a member.
    mutating func kind(_ key: StaticString, _ name: String, _ spec: (inout Self) -> Void) {
        object(key) { json in
            json.member("kind", name)
            json.object("spec", spec)
        }
    }

    /// A query to a datasource.
    mutating func query(group: String = "prometheus", datasource: String, _ spec: (inout Self) -> Void) {
        object("query") { json in
            json.object("datasource") { $0.member("name", datasource) }
            json.member("group", group)
            json.member("kind", "DataQuery")
            json.object("spec", spec)
            json.member("version", "v0")
        }
    }
}
