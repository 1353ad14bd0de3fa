import ApusPromQL
import ApusTopology

/// A file of rules (https://prometheus.io/docs/prometheus/2.42/configuration/alerting_rules/).
struct RuleFile: Encodable {
    let groups: [Group]

    struct Group: Encodable {
        let name: String
        let rules: [Alert]
    }

    struct Alert: Encodable {
        let alert: String
        let expr: String
        let hold: String
        let labels: OrderedMapping
        let annotations: OrderedMapping

        init(_ rule: AlertRule) {
            alert = rule.name
            expr = rule.condition.description
            hold = DurationText.string(rule.hold)
            labels = OrderedMapping([("severity", rule.severity.rawValue)])
            annotations = OrderedMapping([("summary", rule.summary), ("description", rule.description.ruleTemplate)])
        }

        enum CodingKeys: String, CodingKey {
            case alert, expr
            case hold = "for"
            case labels, annotations
        }
    }
}
