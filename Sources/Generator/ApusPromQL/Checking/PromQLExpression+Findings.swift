/// What the checker has to say of an expression.
package struct PromQLAssessment: Sendable {
    /// The findings in the order of the text; empty when nothing is wrong.
    package let findings: [PromQLFinding]
    /// Sorted; `nil` when others may be there too, and for a number.
    package let resultLabels: [String]?
}

extension PromQLExpression {
    /// What is wrong with this expression where it will be evaluated, in the order of the text; empty when nothing is.
    ///
    /// - Parameter declarations: the series that exist. Of those that are not among them nothing is assumed.
    public func findings(declarations: SeriesDeclarations, context: CheckContext) -> [PromQLFinding] {
        assessment(declarations: declarations, context: context).findings
    }

    /// What is wrong with a typed query, and the labels of its result as ``resultLabels`` tells them, in one go.
    package func assessment(in context: CheckContext) -> PromQLAssessment {
        assessment(declarations: .none, context: context)
    }

    private func assessment(declarations: SeriesDeclarations, context: CheckContext) -> PromQLAssessment {
        var checker = PromQLChecker(declarations: declarations, context: context)
        let labels = checker.check(self).labels
        let findings = checker.findings.sorted {
            ($0.position.lowerBound, $0.position.upperBound) < ($1.position.lowerBound, $1.position.upperBound)
        }
        return PromQLAssessment(
            findings: findings, resultLabels: type == .scalar || labels.isOpen ? nil : labels.names)
    }

    /// What is wrong with a typed query, whose selectors know their declarations themselves.
    public func findings(in context: CheckContext) -> [PromQLFinding] { findings(declarations: .none, context: context) }

    /// The labels that the result of a typed query can have, sorted; `nil` when others may be there too, and for a number.
    public var resultLabels: [String]? { type == .scalar ? nil : resultLabels(declarations: .none) }

    /// The labels that the result can have, sorted; `nil` when others may be there too, and for a number.
    public func resultLabels(declarations: SeriesDeclarations) -> [String]? {
        let labels = resultLabelSet(declarations: declarations)
        return labels.isOpen ? nil : labels.names
    }

    /// Whether series of the result can have a label.
    public func canHaveLabel(_ name: String, declarations: SeriesDeclarations) -> Bool {
        resultLabelSet(declarations: declarations).canHave(name)
    }

    private func resultLabelSet(declarations: SeriesDeclarations) -> ResultLabels {
        var checker = PromQLChecker(declarations: declarations, context: CheckContext(.recording, strictness: .foreign))
        return checker.evaluate(self).labels
    }
}
