import ApusPromQL
import ApusText

/// The groups of a rule file, or of a PrometheusRule object.
struct RuleFileContent {
    struct Group {
        let node: DocumentNode
        let rules: [Rule]

        var name: String? { node["name"]?.text }
        /// How often it is evaluated; `nil`, as for 0, means as often as the server has it.
        var interval: Duration? {
            node["interval"]?.expressionText.flatMap { DurationText.parse($0) }.flatMap { $0 > .zero ? $0 : nil }
        }
    }

    struct Rule {
        let node: DocumentNode
        /// The expressions: one of a rule of Prometheus, of an alert of Grafana as many as it asks Prometheus.
        let expressions: [LintExpression]

        var alert: DocumentNode? { node["alert"] }
        var record: DocumentNode? { node["record"] }
        /// Whether it is one of Grafana's own alerts.
        var isOfGrafana: Bool { node["data"] != nil || node["grafana_alert"] != nil }
    }

    let source: SourceText
    let groups: [Group]

    init(groups: [DocumentNode], source: SourceText) {
        self.source = source
        self.groups = groups.map { group in
            Group(node: group, rules: (group["rules"]?.elements ?? []).map { Self.rule($0, source) })
        }
    }

    private static func rule(_ node: DocumentNode, _ source: SourceText) -> Rule {
        let data = (node["data"] ?? node["grafana_alert"]?["data"])?.elements ?? []
        guard data.isEmpty else {
            // Expressions of Grafana over the results have no `expr`; other datasources than Prometheus have other fields, mostly.
            let expressions = data.compactMap { query -> LintExpression? in
                guard query["datasourceUid"]?.text != "__expr__", let node = query["model"]?["expr"] else { return nil }
                let expression = LintExpression(node, in: source, dialect: .grafana)
                return expression?.looksLikeLogs == true ? nil : expression
            }
            return Rule(node: node, expressions: expressions)
        }
        let expression = node["expr"].flatMap { LintExpression($0, in: source, dialect: .prometheus) }
        return Rule(node: node, expressions: expression.map { [$0] } ?? [])
    }

    /// What the rules record.
    var recordings: [RecordedSeries] {
        groups.flatMap { group in
            group.rules.compactMap { rule in
                guard let name = rule.record?.text, let expression = rule.expressions.first?.expression else { return nil }
                let labels = (group.node["labels"]?.entries ?? []) + (rule.node["labels"]?.entries ?? [])
                return RecordedSeries(
                    name: name, expression: expression,
                    labels: Dictionary(labels.map { ($0.key, $0.value.text ?? "") }, uniquingKeysWith: { $1 }))
            }
        }
    }
}

extension LintExpression {
    /// Whether a text that does not parse is a query for logs (LogQL), which begins as one for metrics does.
    var looksLikeLogs: Bool {
        if case .success = parsed { return false }
        return [
            "|=", "|~", "| json", "|json", "| logfmt", "| unwrap", "|unwrap", "| line_format", "| pattern", "| label_format",
            "bytes_over_time(", "bytes_rate(",
        ]
        .contains { text.contains($0) }
    }
}
