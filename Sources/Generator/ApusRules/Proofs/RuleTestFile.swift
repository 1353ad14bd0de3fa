import ApusFiles

/// A file of promtool's rule tests (https://prometheus.io/docs/prometheus/2.42/configuration/unit_testing_rules/).
struct RuleTestFile {
    let ruleFiles: [String]
    let evaluationInterval: String
    let tests: [Test]

    var yaml: YAMLValue {
        [
            "rule_files": .strings(ruleFiles), "evaluation_interval": .string(evaluationInterval),
            "tests": .list(tests.map(\.yaml)),
        ]
    }

    /// All series and cases of a rule file stand in one test: promtool reads the rules anew for each.
    struct Test {
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

        fileprivate var yaml: YAMLValue {
            .present([
                ("interval", .string(interval)), ("input_series", .list(inputSeries.map(\.yaml))),
                ("alert_rule_test", alertRuleTest.map { .list($0.map(\.yaml)) }),
                ("promql_expr_test", expressionTest.map { .list($0.map(\.yaml)) }),
            ])
        }
    }

    struct Input {
        let series: String
        let values: String

        fileprivate var yaml: YAMLValue { ["series": .string(series), "values": .string(values)] }
    }

    struct Case {
        let evalTime: String
        let alertname: String
        /// Left out where the alert must be silent.
        let expAlerts: [Firing]?

        fileprivate var yaml: YAMLValue {
            .present([
                ("eval_time", .string(evalTime)), ("alertname", .string(alertname)),
                ("exp_alerts", expAlerts.map { .list($0.map(\.yaml)) }),
            ])
        }
    }

    /// What a rule has recorded, in millionths: promtool compares floating-point numbers bit by bit.
    struct ExpressionCase {
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

        fileprivate var yaml: YAMLValue {
            ["expr": .string(expr), "eval_time": .string(evalTime), "exp_samples": .list(expSamples.map(\.yaml))]
        }

        struct Sample {
            let labels: String
            let value: Double

            fileprivate var yaml: YAMLValue { ["labels": .string(labels), "value": .number(value)] }
        }
    }

    struct Firing {
        let expLabels: OrderedMapping
        let expAnnotations: OrderedMapping

        fileprivate var yaml: YAMLValue {
            ["exp_labels": .strings(expLabels.pairs), "exp_annotations": .strings(expAnnotations.pairs)]
        }
    }
}
