/// A dashboard of Grafana: classic with panels or rows, v2 with elements, or a panel of a library.
struct DashboardContent {
    let source: SourceText
    let root: DocumentNode
    let datasources: DashboardDatasources
    /// Whether it is whole, so that every variable is defined in it.
    let isWhole: Bool

    init(_ root: DocumentNode, _ source: SourceText) {
        self.root = root
        self.source = source
        datasources = DashboardDatasources(root)
        isWhole = root["templating"] != nil || root["variables"] != nil || root["title"] != nil
    }

    /// - Parameter panel: of a library.
    init(panel: DocumentNode, _ source: SourceText) {
        let content = DocumentNode.Content.mapping([
            DocumentNode.Entry(key: "panels", value: DocumentNode(content: .list([panel]), offset: panel.offset))
        ])
        root = DocumentNode(content: content, offset: panel.offset)
        self.source = source
        datasources = DashboardDatasources(root)
        isWhole = false
    }

    static func isDashboard(_ node: DocumentNode) -> Bool {
        if case .list? = node["panels"]?.content { return true }
        if case .list? = node["rows"]?.content { return true }
        if node["elements"]?.isMapping == true { return true }
        return node["templating"] != nil || (node["schemaVersion"] != nil && node["title"] != nil)
    }

    /// Panels as they stand in the file; those in a collapsed row with it.
    struct Panel {
        let node: DocumentNode
        /// The row that holds it, by its number; `nil` at top level.
        let row: Int?
    }

    /// Every panel, rows included.
    var panels: [Panel] {
        var panels: [Panel] = []
        for (number, panel) in (root["panels"]?.elements ?? []).enumerated() where panel.isMapping {
            panels.append(Panel(node: panel, row: nil))
            for nested in panel["panels"]?.elements ?? [] where nested.isMapping {
                panels.append(Panel(node: nested, row: number))
            }
        }
        for (number, row) in (root["rows"]?.elements ?? []).enumerated() {
            for panel in row["panels"]?.elements ?? [] where panel.isMapping {
                panels.append(Panel(node: panel, row: -1 - number))
            }
        }
        for element in root["elements"]?.entries ?? [] {
            if let spec = element.value["spec"], spec.isMapping { panels.append(Panel(node: spec, row: nil)) }
        }
        return panels
    }

    /// The values that variables have as the dashboard is saved, where each has one.
    var variableValues: [String: String] {
        var values: [String: String] = [:]
        for variable in root["templating"]?["list"]?.elements ?? [] {
            guard let name = variable["name"]?.text else { continue }
            values[name] = (variable["current"]?["value"] ?? variable["options"]?.elements.first?["value"])?.expressionText
        }
        return values
    }

    /// The names of the dashboard's variables.
    var variableNames: Set<String> {
        let classic = (root["templating"]?["list"]?.elements ?? []).compactMap { $0["name"]?.text }
        let second = (root["variables"]?.elements ?? []).compactMap { ($0["spec"]?["name"] ?? $0["name"])?.text }
        let inputs = (root["__inputs"]?.elements ?? []).compactMap { $0["name"]?.text }
        return Set(classic + second + inputs)
    }
}
