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
            keys.isEmpty ? "\(aggregation)(\(operand))" : "\(aggregation) by (\(keys.joined(separator: ", "))) (\(operand))"
        case .binary(let symbol, let left, let right, let keys):
            left.operand(of: symbol, onTheRight: false)
                + " \(symbol.rawValue) " + (keys.map { "on (\($0.joined(separator: ", "))) " } ?? "")
                + right.operand(of: symbol, onTheRight: true)
        }
    }

    private func operand(of symbol: BinaryOperator, onTheRight: Bool) -> String {
        needsParentheses(under: symbol, onTheRight: onTheRight) ? "(\(self))" : description
    }

    private func needsParentheses(under symbol: BinaryOperator, onTheRight: Bool) -> Bool {
        guard case .binary(let own, _, _, _) = self else { return false }
        return own.precedence == symbol.precedence ? onTheRight : own.precedence < symbol.precedence
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
        // Escapes of Go's double-quoted strings, which PromQL takes.
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\(name)\(relation.rawValue)\(quoted)\""
    }
}
