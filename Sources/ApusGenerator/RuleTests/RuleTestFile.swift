/// A file of promtool's rule tests (https://prometheus.io/docs/prometheus/2.42/configuration/unit_testing_rules/).
struct RuleTestFile: Encodable {
    let ruleFiles: [String]
    let evaluationInterval: String
    let tests: [Test]

    /// All series and cases of a rule file stand in one test: promtool reads the rules anew for each.
    struct Test: Encodable {
        let interval: String
        let inputSeries: [Input]
        private(set) var alertRuleTest: [Case]?
        private(set) var expressionTest: [ExpressionCase]?

        init(interval: String, inputSeries: [Input], alerts: [Case]) {
            self.interval = interval
            self.inputSeries = inputSeries
            alertRuleTest = alerts
        }

        init(interval: String, inputSeries: [Input], expressions: [ExpressionCase]) {
            self.interval = interval
            self.inputSeries = inputSeries
            expressionTest = expressions
        }

        enum CodingKeys: String, CodingKey {
            case interval
            case inputSeries = "input_series"
            case alertRuleTest = "alert_rule_test"
            case expressionTest = "promql_expr_test"
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

    /// What a rule has recorded, in millionths: promtool compares floating-point numbers bit by bit.
    struct ExpressionCase: Encodable {
        let expr: String
        let evalTime: String
        let expSamples: [Sample]

        init(rule: String, objective: String, time: String, _ samples: [SimulatedSample]) {
            expr = "round(\(rule){objective=\"\(objective)\"} * 1000000)"
            evalTime = time
            expSamples = samples.map { sample in
                let text = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ", ")
                return Sample(labels: "{\(text)}", value: (sample.value * 1e6).rounded())
            }
        }

        enum CodingKeys: String, CodingKey {
            case expr
            case evalTime = "eval_time"
            case expSamples = "exp_samples"
        }

        struct Sample: Encodable {
            let labels: String
            let value: Double
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
