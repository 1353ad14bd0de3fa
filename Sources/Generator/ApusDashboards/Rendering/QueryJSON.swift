/// A query as Grafana's datasource for Prometheus reads it, the same in both schemas.
struct QueryJSON {
    let expression: String
    let legend: String
    let format: String?
    let isInstant: Bool
    let refID: String

    init(_ query: PanelQuery, number: Int, of panel: Panel, on dashboard: Dashboard) {
        let variables =
            query.narrowing == .allVariables ? dashboard.variables : dashboard.variables.filter(query.narrowing.applies)
        expression = query.expression.text(narrowedBy: variables)
        legend = query.legend
        format = panel.kind.queryFormat
        isInstant = panel.kind.isInstant
        refID = RefID.name(number)
    }

    /// The members but `datasource`, which stands before them, and `refId`, which stands after them.
    func writeMembers(to json: inout JSONWriter) {
        json.member("editorMode", "code")
        json.member("expr", expression)
        if let format { json.member("format", format) }
        json.member("instant", isInstant)
        json.member("legendFormat", legend)
        json.member("range", !isInstant)
    }
}

extension Dashboard {
    func queries(of panel: Panel) -> [QueryJSON] {
        panel.queries.enumerated().map { QueryJSON($1, number: $0, of: panel, on: self) }
    }

    /// The alerts that fire of what is chosen; those without a label that a variable narrows pass too.
    ///
    /// Of variables for the same label, an alert has the value of one of them at most.
    func expression(of annotation: DashboardAnnotation) -> String {
        let names = annotation.alertPattern.map { [PanelExpression.matcher("alertname", matches: $0)] } ?? []
        var labels: [String] = []
        for variable in variables where !labels.contains(variable.label) { labels.append(variable.label) }
        let chosen = labels.map { label in
            let values = variables.filter { $0.label == label }.map { "$\($0.name)|" }
            return PanelExpression.matcher(label, matches: values.joined())
        }
        let matchers = ["alertstate=\"firing\""] + names + chosen
        return "ALERTS{\(matchers.joined(separator: ", "))}"
    }
}
