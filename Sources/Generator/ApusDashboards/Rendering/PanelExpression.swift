import ApusMetrics
import ApusPromQL

/// A query's expression as panels need it: the one place that knows how expressions are narrowed, checked and printed.
struct PanelExpression: Sendable {
    private let expression: PromQLExpression

    init(_ expression: PromQLExpression) {
        self.expression = expression
    }

    /// The selectors in it, as they are before any is narrowed.
    var selectors: [PromQLSelector] { expression.selectors }

    /// In PromQL, each selector narrowed by those of the variables whose label its series have.
    func text(narrowedBy variables: [DashboardVariable]) -> String {
        expression.text { selector in
            variables.filter { selector.hasLabel($0.label) && $0.narrows(family: selector.family?.name) }.map {
                .label($0.label, .matches, "$\($0.name)")
            }
        }
    }

    /// A condition on a label, in PromQL: the value is a regular expression for the whole label.
    static func matcher(_ label: String, matches pattern: String) -> String {
        PromQLMatcher.label(label, .matches, pattern).text
    }

    /// What is wrong with it in a panel, warnings aside, and the labels that the result can have: sorted, nil for a number.
    func assessed() -> (errors: [PromQLFinding], resultLabels: [String]?) {
        let assessment = expression.assessment(in: .panel)
        return (assessment.findings.filter { $0.severity == .error }, assessment.resultLabels)
    }
}

extension PromQLSelector {
    fileprivate func hasLabel(_ name: String) -> Bool {
        TargetKey(rawValue: name) != nil || family?.labelNames.contains(name) ?? false
    }
}
