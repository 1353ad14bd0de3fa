import ApusPromQL

/// A panel in Grafana's classic schema.
struct PanelJSON: Encodable {
    let datasource = DatasourceJSON()
    let description: String
    let fieldConfig: FieldConfigJSON
    let gridPos: GridPosition
    let id: Int
    let options: PanelOptionsJSON
    let targets: [Target]
    let title: String
    let type: String

    struct Target: Encodable {
        let datasource = DatasourceJSON()
        let editorMode = "code"
        let expr: String
        let instant = false
        let legendFormat: String
        let range = true
        let refId: String
    }

    init(_ panel: Panel, id: Int, position: GridPosition) {
        description = panel.description
        fieldConfig = FieldConfigJSON(panel)
        gridPos = position
        self.id = id
        options = panel.style == .singleValue ? .stat : .timeSeries
        targets = panel.queries.enumerated().map { index, query in
            let narrowed = query.expression.mappingSelectors { $0.matching(DashboardVariable.matchers) }
            return Target(expr: narrowed.description, legendFormat: query.legend.legend, refId: Self.refID(index))
        }
        title = panel.title
        type = panel.style == .singleValue ? "stat" : "timeseries"
    }

    /// A, B, … Z, A1, B1, …
    private static func refID(_ index: Int) -> String {
        let (round, letter) = index.quotientAndRemainder(dividingBy: 26)
        let name = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(letter)))
        return round == 0 ? name : "\(name)\(round)"
    }
}
