/// A file of promtool's tests as a test reads and changes it.
struct RuleTestDocument: Codable {
    var ruleFiles: [String]
    var evaluationInterval: String
    var tests: [Entry]

    struct Entry: Codable {
        var interval: String
        var inputSeries: [Input]
        var alertCases: [Case]?
        var expressionCases: [ExpressionCase]?

        enum CodingKeys: String, CodingKey {
            case interval
            case inputSeries = "input_series"
            case alertCases = "alert_rule_test"
            case expressionCases = "promql_expr_test"
        }
    }

    struct Input: Codable {
        var series: String
        var values: String
    }

    struct Case: Codable {
        var evalTime: String
        var alertname: String
        var expAlerts: [Alert]?

        enum CodingKeys: String, CodingKey {
            case evalTime = "eval_time"
            case alertname
            case expAlerts = "exp_alerts"
        }
    }

    struct Alert: Codable {
        var expLabels: [String: String]
        var expAnnotations: [String: String]

        enum CodingKeys: String, CodingKey {
            case expLabels = "exp_labels"
            case expAnnotations = "exp_annotations"
        }
    }

    struct ExpressionCase: Codable {
        var expr: String
        var evalTime: String
        var expSamples: [Sample]

        enum CodingKeys: String, CodingKey {
            case expr
            case evalTime = "eval_time"
            case expSamples = "exp_samples"
        }
    }

    struct Sample: Codable {
        var labels: String
        var value: Double
    }

    enum CodingKeys: String, CodingKey {
        case ruleFiles = "rule_files"
        case evaluationInterval = "evaluation_interval"
        case tests
    }

    /// What it says of one rule only.
    func about(_ rule: RuleDocument.Rule) -> RuleTestDocument {
        var document = self
        document.tests = tests.compactMap { entry in
            var entry = entry
            entry.alertCases = entry.alertCases?.filter { $0.alertname == rule.name }
            let objective = rule.labels?["objective"]
            entry.expressionCases = entry.expressionCases?.filter {
                $0.expr.contains("\(rule.name){objective=\"\(objective ?? "")\"}")
            }
            if let cases = entry.alertCases, objective != nil {
                // Rules of one name have entries of their own.
                let labels = cases.lazy.compactMap(\.expAlerts?.first?.expLabels).first ?? [:]
                guard (rule.labels ?? [:]).allSatisfy({ labels[$0.key] == $0.value }) else { return nil }
            }
            return (entry.alertCases ?? []).isEmpty && (entry.expressionCases ?? []).isEmpty ? nil : entry
        }
        return document
    }
}
