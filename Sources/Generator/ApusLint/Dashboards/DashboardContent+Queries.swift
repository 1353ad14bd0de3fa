import ApusPromQL

extension DashboardContent {
    /// A query for Prometheus.
    struct Query {
        let expression: LintExpression
        /// Whether it fills a variable or marks events, and is no series of a panel.
        let isAuxiliary: Bool
    }

    /// The queries for Prometheus, and how many there are for others, by type.
    func queries() -> (queries: [Query], skipped: [String: Int]) {
        var queries: [Query] = []
        var skipped: [String: Int] = [:]
        for panel in panels {
            for target in panel.node["targets"]?.elements ?? [] {
                read(target["expr"], kind: datasources.kind(of: target, in: panel.node), target, &queries, &skipped)
            }
            for query in panel.node["data"]?["spec"]?["queries"]?.elements ?? [] {
                guard let inner = query["spec"]?["query"] else { continue }
                // v2beta1 has the type in `group`, v2alpha1 in `kind`.
                let type = inner["group"]?.text ?? inner["kind"]?.text
                let kind: DashboardDatasources.Kind = type == nil || type == "prometheus" ? .prometheus : .other(type ?? "")
                read(inner["spec"]?["expr"], kind: kind, inner, &queries, &skipped)
            }
        }
        for annotation in root["annotations"]?["list"]?.elements ?? [] {
            let kind = datasources.kind(of: annotation, in: nil)
            guard kind != .other("Grafana") else { continue }
            read(annotation["expr"], kind: kind, annotation, &queries, &skipped, isAuxiliary: true)
        }
        for variable in (root["templating"]?["list"]?.elements ?? []) where variable["type"]?.text == "query" {
            readVariable(variable, &queries)
        }
        return (queries, skipped)
    }

    private func read(
        _ node: DocumentNode?, kind: DashboardDatasources.Kind, _ target: DocumentNode, _ queries: inout [Query],
        _ skipped: inout [String: Int], isAuxiliary: Bool = false
    ) {
        if case .other(let type) = kind {
            // What Grafana shows of itself or of other panels is no query of anything.
            if type != "Grafana" { skipped[type, default: 0] += 1 }
            return
        }
        guard let node, let written = LintExpression(node, in: source, dialect: .grafana), !written.isEmpty else { return }
        let expression = written.replacing(variableValues)
        if kind == .unknown, expression.looksLikeLogs {
            skipped["loki", default: 0] += 1
            return
        }
        queries.append(Query(expression: expression, isAuxiliary: isAuxiliary))
    }

    /// `label_values(series, label)` and `query_result(expression)`; `label_names()` and `metrics(pattern)` hold no expression.
    private func readVariable(_ variable: DocumentNode, _ queries: inout [Query]) {
        if case .other = datasources.kind(of: variable, in: nil) { return }
        guard let node = variable["query"]?["query"] ?? variable["query"], let text = node.text,
            let part = VariableQuery.expression(in: text),
            let expression = LintExpression(node, in: source, dialect: .grafana, part: part), !expression.isEmpty,
            !(datasources.kind(of: variable, in: nil) == .unknown && expression.looksLikeLogs)
        else { return }
        queries.append(Query(expression: expression, isAuxiliary: true))
    }
}

/// The function that fills a variable from Prometheus
/// (https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/).
enum VariableQuery {
    /// The expression in it; `nil` when it holds none.
    static func expression(in text: String) -> Substring? {
        let query = trimmed(text[...])
        guard query.hasSuffix(")") else { return nil }
        for function in ["label_values(", "query_result("] where query.hasPrefix(function) {
            let inner = query.dropFirst(function.count).dropLast()
            guard function == "label_values(" else { return trimmed(inner) }
            // The label is what stands behind the last comma; alone it has no series before it.
            guard let comma = inner.lastIndex(of: ","), inner[comma...].allSatisfy({ $0 != "}" && $0 != ")" && $0 != "\"" })
            else { return nil }
            return trimmed(inner[..<comma])
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
