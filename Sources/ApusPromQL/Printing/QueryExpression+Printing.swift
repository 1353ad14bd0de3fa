extension QueryExpression: CustomStringConvertible {
    /// The expression in PromQL, on one line, with no parentheses but those that keep the tree.
    public var description: String {
        switch self {
        case .number(let value): PromQLNumber.string(value)
        case .selector(let selector): selector.description
        case .range(let selector, let window): "\(selector)[\(window.text)]"
        case .call(let function, let arguments):
            "\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
        case .aggregation(let aggregation, let operand, let keys):
            keys.isEmpty
                ? "\(aggregation.rawValue)(\(operand))"
                : "\(aggregation.rawValue) by (\(keys.joined(separator: ", "))) (\(operand))"
        case .binary(let symbol, let left, let right, let keys):
            left.operand(of: symbol, onTheRight: false)
                + " \(symbol.rawValue) " + (keys.map { "on (\($0.joined(separator: ", "))) " } ?? "")
                + right.operand(of: symbol, onTheRight: true)
        }
    }

    private func operand(of symbol: PromQLOperator, onTheRight: Bool) -> String {
        needsParentheses(under: symbol, onTheRight: onTheRight) ? "(\(self))" : description
    }

    private func needsParentheses(under symbol: PromQLOperator, onTheRight: Bool) -> Bool {
        guard case .binary(let own, _, _, _) = self else { return false }
        return own.precedence == symbol.precedence
            ? onTheRight != symbol.associatesToTheRight : own.precedence < symbol.precedence
    }
}

extension SeriesSelector: CustomStringConvertible {
    /// `name{label="value"}`, the matchers in the order in which they were added.
    public var description: String {
        matchers.isEmpty ? name : "\(name){\(matchers.map(\.description).joined(separator: ", "))}"
    }
}

extension LabelMatcher: CustomStringConvertible {
    public var description: String {
        "\(name)\(relation.rawValue)\(PromQLQuoting.quoted(value))"
    }
}
