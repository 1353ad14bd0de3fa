/// A dashboard in Grafana's classic schema
/// (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/).
struct ClassicDashboard: JSONRepresentable {
    let dashboard: Dashboard

    /// Of Grafana 12.
    private static let schemaVersion = 41

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.object("annotations") { json in
                json.array("list", [.builtIn] + dashboard.annotations.map(ClassicAnnotation.query)) { json, annotation in
                    annotation.write(on: dashboard, to: &json)
                }
            }
            json.member("description", dashboard.description)
            json.member("editable", false)
            // A crosshair shared by all panels.
            json.member("graphTooltip", 1)
            json.array("links", dashboard.links) { DashboardLinkJSON(link: $1).write(to: &$0) }
            json.array("panels", panels) { $1.write(on: dashboard, to: &$0) }
            json.member("refresh", dashboard.refresh)
            json.member("schemaVersion", Self.schemaVersion)
            json.member("tags", dashboard.tags)
            json.object("templating", writeVariables)
            json.object("time") { json in
                json.member("from", dashboard.start)
                json.member("to", "now")
            }
            json.member("timezone", "browser")
            json.member("title", dashboard.title)
            json.member("uid", dashboard.uid.description)
        }
    }

    /// Headings and panels; those of folded sections are in their headings.
    var panels: [ClassicPanel] {
        dashboard.sections.flatMap { section -> [ClassicPanel] in
            let panels = section.panels.map(ClassicPanel.panel)
            guard let heading = section.heading else { return panels }
            let row = ClassicPanel.heading(heading, y: section.headingY, panels: section.isCollapsed ? section.panels : [])
            return section.isCollapsed ? [row] : [row] + panels
        }
    }

    private func writeVariables(to json: inout JSONWriter) {
        let variables = dashboard.variables.enumerated().map { index, variable in
            ClassicVariable.query(variable, earlier: dashboard.variables.prefix(index))
        }
        json.array("list", [ClassicVariable.datasource] + variables) { $1.write(to: &$0) }
    }
}

/// The datasource that was chosen on top of the dashboard.
struct ClassicDatasource: JSONRepresentable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", "prometheus")
            json.member("uid", "${\(DashboardVariable.datasource)}")
        }
    }
}

/// A link on top of a dashboard, the same in both schemas.
struct DashboardLinkJSON: JSONRepresentable {
    let link: DashboardLink

    func write(to json: inout JSONWriter) {
        json.object { json in
            let (tags, url): ([String], String?) =
                switch link.target {
                case .tag(let tag): ([tag], nil)
                case .address(let url): ([], url)
                }
            json.member("asDropdown", url == nil)
            json.member("icon", url == nil ? "" : "external link")
            json.member("includeVars", url == nil)
            json.member("keepTime", url == nil)
            json.member("tags", tags)
            json.member("targetBlank", url != nil)
            json.member("title", link.title)
            json.member("tooltip", "")
            json.member("type", url == nil ? "dashboards" : "link")
            if let url { json.member("url", url) }
        }
    }
}
