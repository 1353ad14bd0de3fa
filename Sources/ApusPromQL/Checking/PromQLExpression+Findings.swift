extension PromQLExpression {
    /// What is wrong with this expression where it will be evaluated, in the order of the text; empty when nothing is.
    ///
    /// - Parameter declarations: the series that exist. Of those that are not among them nothing is assumed.
    public func findings(declarations: SeriesDeclarations, context: CheckContext) -> [PromQLFinding] {
        var checker = PromQLChecker(declarations: declarations, context: context)
        checker.check(self)
        return checker.findings.sorted {
            ($0.position.lowerBound, $0.position.upperBound) < ($1.position.lowerBound, $1.position.upperBound)
        }
    }

    /// What is wrong with a typed query, whose selectors know their declarations themselves.
    public func findings(in context: CheckContext) -> [PromQLFinding] { findings(declarations: .none, context: context) }

    /// The labels that the result of a typed query can have, sorted; `nil` when others may be there too, and for a number.
    public var resultLabels: [String]? { type == .scalar ? nil : resultLabels(declarations: .none) }

    /// The labels that the result can have, sorted; `nil` when others may be there too, and for a number.
    public func resultLabels(declarations: SeriesDeclarations) -> [String]? {
        let labels = resultLabelSet(declarations: declarations)
        return labels.isOpen ? nil : labels.known.sorted()
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
