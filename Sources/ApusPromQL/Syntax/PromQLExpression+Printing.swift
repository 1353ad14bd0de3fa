extension PromQLExpression: CustomStringConvertible {
    /// The expression in its canonical form: on one line, with no parentheses but those that keep the tree.
    public var description: String {
        switch form {
        case .number(let value): PromQLNumber.string(value)
        case .string(let text): PromQLQuoting.quoted(text)
        case .selector(let selector): selector.description
        case .range(let selector, let window): "\(selector.nameAndMatchers)[\(window.text)]\(selector.modifiers.text)"
        case .subquery(let inner, let window, let step, let modifiers):
            "\(inner.text(within: .postfix))[\(window.text):\(step?.text ?? "")]\(modifiers.text)"
        case .call(let function, let arguments):
            "\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            aggregation.rawValue + (grouping.map { " \($0.text) " } ?? "")
                + "(\(parameter.map { "\($0), " } ?? "")\(operand))"
        case .negated(let operand): "-\(operand.text(within: .negation))"
        case .binary(let symbol, let matching, let left, let right):
            Self.joined(left.text(within: .left(of: symbol)), symbol, matching, right.text(within: .right(of: symbol)))
        case .variable(let name): name
        }
    }

    private static func joined(
        _ left: String, _ symbol: PromQLOperator, _ matching: PromQLMatching, _ right: String
    ) -> String {
        // Parentheses right behind the group would be read as its labels.
        let separator = matching.many != nil && matching.included.isEmpty && right.hasPrefix("(") ? " () " : " "
        return "\(left) \(symbol.rawValue)\(matching.text)\(separator)\(right)"
    }

    private enum Place {
        case left(of: PromQLOperator)
        case right(of: PromQLOperator)
        case negation
        /// Before a window.
        case postfix
    }

    private func text(within place: Place) -> String { needsParentheses(within: place) ? "(\(self))" : description }

    private func needsParentheses(within place: Place) -> Bool {
        switch (form, place) {
        case (.binary(let own, _, _, _), .left(let symbol)):
            own.precedence < symbol.precedence || (own.precedence == symbol.precedence && symbol.associatesToTheRight)
        case (.binary(let own, _, _, _), .right(let symbol)):
            own.precedence < symbol.precedence || (own.precedence == symbol.precedence && !symbol.associatesToTheRight)
        case (.binary(let own, _, _, _), .negation): own.precedence <= PromQLOperator.negationPrecedence
        case (.binary, .postfix), (.negated, .postfix): true
        // A sign binds less tightly than a power to its right, and stands free to the right of any operator.
        case (.negated, .left(let symbol)): symbol.precedence > PromQLOperator.negationPrecedence
        case (.number(let value), .left(let symbol)):
            value.sign == .minus && !value.isNaN && symbol.precedence > PromQLOperator.negationPrecedence
        case (.number, .postfix): true
        // Two signs in a row would be read as one of a number.
        case (.number, .negation): true
        default: false
        }
    }
}

extension PromQLSelector {
    /// Without modifiers.
    var nameAndMatchers: String {
        var inner = matchers.map(\.text)
        var outer = name ?? ""
        if let name, !PromQLQuoting.isMetricName(name) {
            inner.insert(PromQLQuoting.quoted(name), at: 0)
            outer = ""
        }
        return inner.isEmpty ? outer : "\(outer){\(inner.joined(separator: ", "))}"
    }
}

extension PromQLMatcher {
    package var text: String {
        switch self {
        case .label(let name, let relation, let value):
            "\(name.labelText)\(relation.rawValue)\(PromQLQuoting.quoted(value))"
        case .variable(let name): name
        }
    }
}

extension PromQLModifiers {
    /// With a space before each; empty for none.
    var text: String {
        let at: String =
            switch time {
            case .at(let seconds): " @ \(PromQLNumber.string(seconds))"
            case .start: " @ start()"
            case .end: " @ end()"
            case .variable(let name): " @ \(name)"
            case nil: ""
            }
        return at + (offset.map { " offset \($0.text)" } ?? "")
    }
}

extension PromQLDuration {
    var text: String {
        switch self {
        case .milliseconds(let count): DurationText.string(.milliseconds(count))
        case .variable(let name): name
        }
    }
}

extension PromQLGrouping {
    var text: String {
        switch self {
        case .by(let names): "by \(names.labelList)"
        case .without(let names): "without \(names.labelList)"
        }
    }
}

extension PromQLMatching {
    /// With a space before each word; empty for none.
    var text: String {
        let labels: String =
            switch labels {
            case .on(let names): " on \(names.labelList)"
            case .ignoring(let names): " ignoring \(names.labelList)"
            case nil: ""
            }
        let group = many.map { " \($0.rawValue)" + (included.isEmpty ? "" : " \(included.labelList)") } ?? ""
        return (returnsBool ? " bool" : "") + labels + group
    }
}

extension String {
    fileprivate var labelText: String { PromQLQuoting.isLabelName(self) ? self : PromQLQuoting.quoted(self) }
}

extension [String] {
    fileprivate var labelList: String { "(\(map(\.labelText).joined(separator: ", ")))" }
}
