import ApusText

extension PromQLExpression: CustomStringConvertible {
    /// The expression in its canonical form: on one line, with no parentheses but those that keep the tree.
    public var description: String { text { _ in [] } }

    /// The canonical form, with more conditions on some of the selectors.
    ///
    /// - Parameter conditions: those that a selector gets behind its own.
    package func text(adding conditions: (PromQLSelector) -> [PromQLMatcher]) -> String {
        withoutActuallyEscaping(conditions) { conditions in
            var printer = PromQLPrinter(conditions: conditions)
            if depth > 1 { printer.reserve() }
            printer.write(self)
            return printer.text
        }
    }

    fileprivate func needsParentheses(within place: PromQLPrinter.Place) -> Bool {
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

extension PromQLSelector: CustomStringConvertible {
    /// `name{label="value"} offset 5m`, the matchers in the order in which they were added.
    public var description: String {
        var printer = PromQLPrinter()
        printer.write(self)
        return printer.text
    }
}

extension PromQLMatcher {
    package var text: String {
        var printer = PromQLPrinter()
        printer.write(self)
        return printer.text
    }
}

/// Writes expressions piece by piece into one text: files hold tens of thousands of them.
private struct PromQLPrinter {
    private var bytes: [UInt8] = []
    /// Conditions that a selector gets behind its own.
    private let conditions: (PromQLSelector) -> [PromQLMatcher]

    init(conditions: @escaping (PromQLSelector) -> [PromQLMatcher] = { _ in [] }) {
        self.conditions = conditions
    }

    /// UTF-8, since all that was written is.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Room for most queries.
    mutating func reserve() { bytes.reserveCapacity(256) }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// What an expression stands in.
    enum Place {
        case left(of: PromQLOperator)
        case right(of: PromQLOperator)
        case negation
        /// Before a window.
        case postfix
    }

    // MARK: - Expressions

    mutating func write(_ expression: PromQLExpression) {
        switch expression.form {
        case .number(let value): put(PromQLNumber.string(value))
        case .string(let string): PromQLQuoting.append(string, to: &bytes)
        case .selector(let selector): write(selector)
        case .range(let selector, let window):
            write(series: selector)
            put("[")
            write(window)
            put("]")
            write(selector.modifiers)
        case .subquery(let inner, let window, let step, let modifiers):
            write(inner, within: .postfix)
            put("[")
            write(window)
            put(":")
            if let step { write(step) }
            put("]")
            write(modifiers)
        case .call(let function, let arguments):
            put(function.rawValue)
            write(list: arguments) { $0.write($1) }
        case .aggregation(let aggregation, let grouping, let parameter, let operand):
            put(aggregation.rawValue)
            if let grouping { write(grouping) }
            write(list: (parameter.map { [$0] } ?? []) + [operand]) { $0.write($1) }
        case .negated(let operand):
            put("-")
            write(operand, within: .negation)
        case .binary(let symbol, let matching, let left, let right):
            write(left, within: .left(of: symbol))
            put(" ")
            put(symbol.rawValue)
            write(matching)
            // Parentheses right behind the group would be read as its labels.
            if matching.many != nil, matching.included.isEmpty, begins(with: "(", right, within: .right(of: symbol)) {
                put(" ()")
            }
            put(" ")
            write(right, within: .right(of: symbol))
        case .variable(let name): put(name)
        }
    }

    private mutating func write(_ expression: PromQLExpression, within place: Place) {
        guard expression.needsParentheses(within: place) else { return write(expression) }
        put("(")
        write(expression)
        put(")")
    }

    private func begins(with prefix: String, _ expression: PromQLExpression, within place: Place) -> Bool {
        var other = PromQLPrinter()
        other.write(expression, within: place)
        return other.text.hasPrefix(prefix)
    }

    // MARK: - Selectors

    mutating func write(_ selector: PromQLSelector) {
        write(series: selector)
        write(selector.modifiers)
    }

    /// Writes a selector without its modifiers.
    private mutating func write(series selector: PromQLSelector) {
        let matchers = selector.matchers + conditions(selector)
        var quotedName: String?
        if let name = selector.name {
            if PromQLQuoting.isMetricName(name) { put(name) } else { quotedName = name }
        }
        guard quotedName != nil || !matchers.isEmpty else { return }
        put("{")
        if let quotedName {
            PromQLQuoting.append(quotedName, to: &bytes)
            if !matchers.isEmpty { put(", ") }
        }
        write(matchers) { $0.write($1) }
        put("}")
    }

    mutating func write(_ matcher: PromQLMatcher) {
        switch matcher {
        case .label(let name, let relation, let value):
            write(label: name)
            put(relation.rawValue)
            PromQLQuoting.append(value, to: &bytes)
        case .variable(let name): put(name)
        }
    }

    /// Writes modifiers with a space before each; nothing for none.
    private mutating func write(_ modifiers: PromQLModifiers) {
        switch modifiers.time {
        case .at(let seconds): put(" @ \(PromQLNumber.string(seconds))")
        case .start: put(" @ start()")
        case .end: put(" @ end()")
        case .variable(let name): put(" @ \(name)")
        case nil: break
        }
        guard let offset = modifiers.offset else { return }
        put(" offset ")
        write(offset)
    }

    private mutating func write(_ duration: PromQLDuration) {
        switch duration {
        case .milliseconds(let count): put(DurationText.string(.milliseconds(count)))
        case .variable(let name): put(name)
        }
    }

    // MARK: - Labels

    /// Writes a grouping with a space on both sides.
    private mutating func write(_ grouping: PromQLGrouping) {
        switch grouping {
        case .by: put(" by ")
        case .without: put(" without ")
        }
        write(labels: grouping.names)
        put(" ")
    }

    /// Writes a matching with a space before each word; nothing for none.
    private mutating func write(_ matching: PromQLMatching) {
        if matching.returnsBool { put(" bool") }
        switch matching.labels {
        case .on(let names):
            put(" on ")
            write(labels: names)
        case .ignoring(let names):
            put(" ignoring ")
            write(labels: names)
        case nil: break
        }
        guard let many = matching.many else { return }
        put(" \(many.rawValue)")
        guard !matching.included.isEmpty else { return }
        put(" ")
        write(labels: matching.included)
    }

    private mutating func write(labels names: [String]) {
        write(list: names) { $0.write(label: $1) }
    }

    private mutating func write(label name: String) {
        if PromQLQuoting.isLabelName(name) { put(name) } else { PromQLQuoting.append(name, to: &bytes) }
    }

    // MARK: - Lists

    /// Writes elements in parentheses.
    private mutating func write<Element>(list elements: [Element], _ write: (inout Self, Element) -> Void) {
        put("(")
        self.write(elements, write)
        put(")")
    }

    /// Writes elements with commas between them.
    private mutating func write<Element>(_ elements: [Element], _ write: (inout Self, Element) -> Void) {
        for (index, element) in elements.enumerated() {
            if index > 0 { put(", ") }
            write(&self, element)
        }
    }
}
