extension PromQLParser {
    /// Name and matchers; the name has been taken, the braces have not.
    mutating func selector(name: String?, from start: Int) throws(PromQLSyntaxError) -> PromQLExpression {
        var selector = PromQLSelector(name: name)
        if token.isSymbol("{") {
            try advance()
            while !token.isSymbol("}") {
                try matcher(into: &selector)
                guard token.isSymbol(",") else { break }
                try advance()
            }
            try take("}")
        }
        if selector.name == nil, selector.matchers.allSatisfy(\.takesEmpty) {
            throw error("the selector would match every series: name a metric, or a label that is not empty", at: start)
        }
        return node(.selector(selector), .instantVector, start)
    }

    private mutating func matcher(into selector: inout PromQLSelector) throws(PromQLSyntaxError) {
        let place = token.position.lowerBound
        let label: String
        switch token.kind {
        case .identifier(let text):
            label = text
            try advance()
        case .variable(let text):
            try advance()
            guard case .symbol(let symbol) = token.kind, MatchRelation(rawValue: symbol) != nil else {
                selector.matchers.append(.variable(text))
                return
            }
            label = text
        case .string(let text):
            try advance()
            // Since Prometheus 3 a quoted name alone is the metric's.
            guard token.isSymbol(",") || token.isSymbol("}") else {
                label = text
                break
            }
            guard selector.name == nil else { throw error("the metric is named twice", at: place) }
            selector.name = text
            return
        default:
            throw unexpected("a label or }")
        }
        guard case .symbol(let symbol) = token.kind, let relation = MatchRelation(rawValue: symbol) else {
            throw unexpected("=, !=, =~ or !~")
        }
        try advance()
        guard case .string(let value) = token.kind else { throw unexpected("a string in quotes") }
        try advance()
        if label == "__name__", relation == .equals, selector.name != nil {
            throw error("the metric is named twice: by \(selector.name ?? "") and by __name__", at: place)
        }
        selector.matchers.append(.label(label, relation, value))
    }

    /// What follows an operand: windows, steps, `offset` and `@`.
    mutating func modified(_ operand: Operand, from start: Int) throws(PromQLSyntaxError) -> Operand {
        var operand = operand
        while true {
            if token.isSymbol("[") {
                operand = Operand(expression: try windowed(operand, from: start))
            } else if token.keyword == "offset" {
                let place = token.position.lowerBound
                try advance()
                let offset = try offset()
                operand = try modifying(operand, from: start) { (modifiers) throws(PromQLSyntaxError) in
                    guard modifiers.offset == nil else { throw error("offset stands twice: leave one out", at: place) }
                    modifiers.offset = offset
                }
            } else if token.isSymbol("@") {
                let place = token.position.lowerBound
                try advance()
                let time = try time()
                operand = try modifying(operand, from: start) { (modifiers) throws(PromQLSyntaxError) in
                    guard modifiers.time == nil else { throw error("@ stands twice: leave one out", at: place) }
                    modifiers.time = time
                }
            } else {
                return operand
            }
        }
    }

    private mutating func windowed(_ operand: Operand, from start: Int) throws(PromQLSyntaxError) -> PromQLExpression {
        let place = token.position.lowerBound
        try take("[")
        let window = try duration()
        if token.isSymbol("]") {
            try advance()
            guard case .selector(let selector) = operand.expression.form, !operand.isParenthesized else {
                throw error("a window stands behind a selector only: give this a step, [5m:1m] or [5m:]", at: place)
            }
            guard selector.modifiers == PromQLModifiers() else {
                throw error("a window stands before offset and @", at: place)
            }
            return node(.range(selector, window: window), .rangeVector, start)
        }
        try take(":")
        let step = token.isSymbol("]") ? nil : try duration()
        try take("]")
        try expect(.instantVector, of: operand.expression, as: "what a subquery is taken over")
        return try node(
            .subquery(operand.expression, window: window, step: step, PromQLModifiers()), .rangeVector, start,
            over: [operand.expression])
    }

    private func modifying(
        _ operand: Operand, from start: Int, _ change: (inout PromQLModifiers) throws(PromQLSyntaxError) -> Void
    ) throws(PromQLSyntaxError) -> Operand {
        let expression = operand.expression
        guard !operand.isParenthesized else {
            throw error("offset and @ stand behind a selector or a subquery, within the parentheses", at: start)
        }
        var form = expression.form
        switch form {
        case .selector(var selector):
            try change(&selector.modifiers)
            form = .selector(selector)
        case .range(var selector, let window):
            try change(&selector.modifiers)
            form = .range(selector, window: window)
        case .subquery(let inner, let window, let step, var modifiers):
            try change(&modifiers)
            form = .subquery(inner, window: window, step: step, modifiers)
        case .variable(let name):
            var selector = PromQLSelector(name: name)
            try change(&selector.modifiers)
            return Operand(expression: node(.selector(selector), .instantVector, start))
        default:
            throw error("offset and @ stand behind a selector or a subquery: put them behind the selectors within", at: start)
        }
        return Operand(expression: PromQLExpression(form, expression.type, start..<end, depth: expression.depth))
    }

    private mutating func duration() throws(PromQLSyntaxError) -> PromQLDuration {
        switch token.kind {
        case .duration(let milliseconds):
            guard milliseconds > 0 else { throw error("a duration of nothing: write one that is greater than 0") }
            try advance()
            return .milliseconds(milliseconds)
        case .variable(let name):
            try advance()
            return .variable(name)
        case .identifier(let text) where text.utf8.contains(UInt8(ascii: "$")) || text.contains("[["):
            try advance()
            return .variable(text)
        case .number(let value):
            throw error("\(PromQLNumber.string(value)) has no unit: write a duration such as \(PromQLNumber.string(value))s")
        default:
            throw unexpected("a duration such as 5m")
        }
    }

    private mutating func offset() throws(PromQLSyntaxError) -> PromQLDuration {
        let isNegative = token.isSymbol("-")
        if isNegative || token.isSymbol("+") { try advance() }
        switch try duration() {
        case .milliseconds(let count): return .milliseconds(isNegative ? -count : count)
        case .variable(let name): return .variable(isNegative ? "-\(name)" : name)
        }
    }

    private mutating func time() throws(PromQLSyntaxError) -> PromQLModifiers.Time {
        if let keyword = token.keyword, keyword == "start" || keyword == "end" {
            try advance()
            try take("(")
            try take(")")
            return keyword == "start" ? .start : .end
        }
        let isNegative = token.isSymbol("-")
        if isNegative || token.isSymbol("+") { try advance() }
        switch token.kind {
        case .number(let value):
            guard value.isFinite else { throw error("a time is a number of seconds since 1970") }
            try advance()
            return .at(isNegative ? -value : value)
        case .variable(let name):
            try advance()
            return .variable(isNegative ? "-\(name)" : name)
        default:
            throw unexpected("a time in seconds since 1970, start() or end()")
        }
    }
}

extension PromQLMatcher {
    /// Whether a series without the label matches, as far as that can be told without the regular expression's engine.
    fileprivate var takesEmpty: Bool {
        switch self {
        case .label(_, .equals, let value): value.isEmpty
        case .label(_, .differs, let value): !value.isEmpty
        case .label(_, .matches, let value): value.isEmpty || value == ".*"
        case .label(_, .matchesNot, let value): !(value.isEmpty || value == ".*")
        case .variable: false
        }
    }
}
