/// A file of promtool's rule tests (https://prometheus.io/docs/prometheus/2.42/configuration/unit_testing_rules/).
struct RuleTestFile: Encodable {
    let ruleFiles: [String]
    let evaluationInterval: String
    let tests: [Test]

    /// All series and cases of a rule file stand in one test: promtool reads the rules anew for each.
    struct Test: Encodable {
        let interval: String
        let inputSeries: [Input]
        let alertRuleTest: [Case]

        enum CodingKeys: String, CodingKey {
            case interval
            case inputSeries = "input_series"
            case alertRuleTest = "alert_rule_test"
        }
    }

    struct Input: Encodable {
        let series: String
        let values: String
    }

    struct Case: Encodable {
        let evalTime: String
        let alertname: String
        /// Left out where the alert must be silent.
        let expAlerts: [Firing]?

        enum CodingKeys: String, CodingKey {
            case evalTime = "eval_time"
            case alertname
            case expAlerts = "exp_alerts"
        }
    }

    struct Firing: Encodable {
        let expLabels: OrderedMapping
        let expAnnotations: OrderedMapping

        enum CodingKeys: String, CodingKey {
            case expLabels = "exp_labels"
            case expAnnotations = "exp_annotations"
        }
    }

    enum CodingKeys: String, CodingKey {
        case ruleFiles = "rule_files"
        case evaluationInterval = "evaluation_interval"
        case tests
    }
}
