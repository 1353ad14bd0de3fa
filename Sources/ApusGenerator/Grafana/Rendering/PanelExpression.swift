import ApusMetrics
import ApusPromQL

/// A query's expression as panels need it: the one place that knows how expressions are narrowed, checked and printed.
struct PanelExpression: Sendable {
    private let expression: PromQLExpression

    init(_ expression: PromQLExpression) {
        self.expression = expression
    }

    /// In PromQL, each selector narrowed by those of the variables whose label its series have.
    func text(narrowedBy variables: [DashboardVariable]) -> String {
        expression.mappingSelectors { selector in
            selector.matching(
                variables.filter { selector.hasLabel($0.label) && $0.narrows(family: selector.family?.name) }.map {
                    .label($0.label, .matches, "$\($0.name)")
                })
        }.description
    }

    /// A condition on a label, in PromQL: the value is a regular expression for the whole label.
    static func matcher(_ label: String, matches pattern: String) -> String {
        PromQLMatcher.label(label, .matches, pattern).text
    }

    /// What is wrong with it in a panel; empty when nothing is.
    var findings: [PromQLFinding] { expression.findings(in: .panel).filter { $0.severity == .error } }

    /// The labels that the result can have, sorted; nil for a number.
    var resultLabels: [String]? { expression.resultLabels }
}

extension PromQLSelector {
    fileprivate func hasLabel(_ name: String) -> Bool {
        TargetKey(rawValue: name) != nil || family?.labelNames.contains(name) ?? false
    }
}
