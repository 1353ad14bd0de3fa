/// A panel or a heading in Grafana's classic schema.
enum ClassicPanel {
    case panel(PlacedPanel)
    /// With the panels of a folded section.
    case heading(PanelRow, y: Int, panels: [PlacedPanel])

    func write(on dashboard: Dashboard, to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .panel(let placed): Self.write(placed.panel, at: placed.position, on: dashboard, to: &json)
            case .heading(let row, let y, let panels):
                json.member("collapsed", row.isCollapsed)
                json.object("gridPos") { Self.write(GridPosition(h: 1, w: GridPosition.columns, x: 0, y: y), to: &$0) }
                json.member("id", dashboard.id(ofHeading: row.title ?? ""))
                json.array("panels", panels) { ClassicPanel.panel($1).write(on: dashboard, to: &$0) }
                if let variable = row.repeated { json.member("repeat", variable) }
                json.member("title", row.title ?? "")
                json.member("type", "row")
            }
        }
    }

    private static func write(
        _ panel: Panel, at position: GridPosition, on dashboard: Dashboard, to json: inout JSONWriter
    ) {
        if !panel.queries.isEmpty { json.member("datasource", ClassicDatasource()) }
        json.member("description", panel.description)
        json.member("fieldConfig", dashboard.fieldConfig(of: panel, isClassic: true))
        json.object("gridPos") { write(position, to: &$0) }
        json.member("id", dashboard.id(of: panel))
        if !panel.links.isEmpty {
            json.array("links", panel.links) { dashboard.json(of: $1, isClassic: true).write(to: &$0) }
        }
        if let repetition = panel.repetition, repetition.direction == .horizontal {
            json.member("maxPerRow", repetition.perRow)
        }
        json.member("options", PanelOptionsJSON(panel: panel))
        if let repetition = panel.repetition {
            json.member("repeat", repetition.variable)
            json.member("repeatDirection", repetition.direction.rawValue)
        }
        if !panel.queries.isEmpty {
            json.array("targets", dashboard.queries(of: panel)) { json, query in
                json.object { json in
                    json.member("datasource", ClassicDatasource())
                    query.writeMembers(to: &json)
                    json.member("refId", query.refID)
                }
            }
        }
        json.member("title", panel.title)
        let transformations = PanelTransformation.all(of: panel)
        if !transformations.isEmpty {
            json.array("transformations", transformations) { json, transformation in
                json.object { json in
                    json.member("id", transformation.id)
                    json.member("options", transformation)
                }
            }
        }
        json.member("type", panel.kind.grafanaType)
    }

    private static func write(_ position: GridPosition, to json: inout JSONWriter) {
        json.member("h", position.h)
        json.member("w", position.w)
        json.member("x", position.x)
        json.member("y", position.y)
    }
}
