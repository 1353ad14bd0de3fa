extension PromQLExpression {
    /// A tree that is put together instead of read: the type follows from the form, and there is no position.
    package init(_ form: Form) {
        let parts = form.parts
        self.init(form, form.type, 0..<0, depth: 1 + (parts.map(\.depth).max() ?? 0))
    }

    /// The selectors in it, in the order in which they are written.
    public var selectors: [PromQLSelector] {
        switch form {
        case .selector(let selector), .range(let selector, _): [selector]
        default: form.parts.flatMap(\.selectors)
        }
    }

    /// A copy of the expression with every part changed, from the leaves up.
    package func rebuilt(_ transform: (Form) -> Form) -> PromQLExpression {
        let changed: Form =
            switch form {
            case .number, .string, .variable, .selector, .range: form
            case .subquery(let inner, let window, let step, let modifiers):
                .subquery(inner.rebuilt(transform), window: window, step: step, modifiers)
            case .call(let function, let arguments): .call(function, arguments.map { $0.rebuilt(transform) })
            case .aggregation(let aggregation, let grouping, let parameter, let operand):
                .aggregation(
                    aggregation, grouping, parameter: parameter?.rebuilt(transform), operand.rebuilt(transform))
            case .negated(let operand): .negated(operand.rebuilt(transform))
            case .binary(let symbol, let matching, let left, let right):
                .binary(symbol, matching, left.rebuilt(transform), right.rebuilt(transform))
            }
        return PromQLExpression(transform(changed))
    }
}

extension PromQLExpression.Form {
    /// The expressions that it is made of, in the order in which they are written.
    package var parts: [PromQLExpression] {
        switch self {
        case .number, .string, .selector, .range, .variable: []
        case .subquery(let inner, _, _, _): [inner]
        case .call(_, let arguments): arguments
        case .aggregation(_, _, let parameter, let operand): (parameter.map { [$0] } ?? []) + [operand]
        case .negated(let operand): [operand]
        case .binary(_, _, let left, let right): [left, right]
        }
    }

    fileprivate var type: PromQLType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregation: .instantVector
        case .range, .subquery: .rangeVector
        case .call(let function, _): function.signature.result
        case .negated(let operand): operand.type
        case .binary(_, _, let left, let right):
            left.type == .scalar && right.type == .scalar ? .scalar : .instantVector
        case .variable: .unknown
        }
    }
}
