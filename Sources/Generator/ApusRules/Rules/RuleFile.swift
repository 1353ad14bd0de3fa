import ApusFiles
import ApusPromQL
import ApusText
import ApusTopology

/// A file of rules (https://prometheus.io/docs/prometheus/2.42/configuration/recording_rules/).
struct RuleFile: Encodable {
    let groups: [Group]

    struct Group: Encodable {
        let name: String
        let interval: String?
        let rules: [Rule]
    }

    /// Either records or alerts; what is nil is left out.
    struct Rule: Encodable {
        private(set) var record: String?
        private(set) var alert: String?
        let expr: String
        private(set) var hold: String?
        private(set) var keepFiring: String?
        private(set) var labels: OrderedMapping?
        private(set) var annotations: OrderedMapping?

        init(_ rule: AlertRule) {
            alert = rule.alert.name
            expr = rule.alert.condition.description
            hold = DurationText.string(rule.hold)
            keepFiring = rule.keepFiring.map { DurationText.string($0) }
            labels = OrderedMapping(rule.labels)
            annotations = OrderedMapping(
                rule.annotations(description: rule.alert.description.ruleTemplate))
        }

        init(record: String, expression: PromQLExpression, labels: [(String, String)]) {
            self.record = record
            expr = expression.description
            self.labels = labels.isEmpty ? nil : OrderedMapping(labels)
        }

        enum CodingKeys: String, CodingKey {
            case record, alert, expr
            case hold = "for"
            case keepFiring = "keep_firing_for"
            case labels, annotations
        }
    }
}

extension AlertRule {
    /// In the order in which they are written.
    func annotations(description: String) -> [(String, String)] {
        [("summary", alert.summary), ("description", description), ("runbook_url", runbookURL)]
    }
}
