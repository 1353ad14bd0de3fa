/// Reads an expression by operator precedence, and refuses what Prometheus refuses: by form and by type.
struct PromQLParser {
    private var lexer: PromQLLexer
    private(set) var token: PromQLToken
    private(set) var following: PromQLToken
    private let dialect: PromQLDialect
    private var nesting = 0
    /// The end of the last word that was taken.
    private(set) var end = 0

    /// Expressions within one another, as a text and as a tree: what is beyond is no expression of a person.
    private static let longestNesting = 250
    static let greatestDepth = 1000

    init(_ text: String, dialect: PromQLDialect) throws(PromQLSyntaxError) {
        lexer = PromQLLexer(text, dialect: dialect)
        self.dialect = dialect
        token = try lexer.next()
        following = try lexer.next()
    }

    mutating func wholeExpression() throws(PromQLSyntaxError) -> PromQLExpression {
        if token.kind == .end { throw error("there is no expression") }
        let expression = try expression()
        guard token.kind == .end else { throw unexpected("an operator or the end") }
        return expression
    }

    /// An expression whose operators bind at least as tightly.
    mutating func expression(_ precedence: Int = 0) throws(PromQLSyntaxError) -> PromQLExpression {
        try binary(precedence).expression
    }

    /// An expression, and whether it stood in parentheses, which some modifiers do not reach into.
    struct Operand {
        var expression: PromQLExpression
        var isParenthesized = false
    }

    private mutating func binary(_ precedence: Int) throws(PromQLSyntaxError) -> Operand {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.longestNesting else {
            throw error("expressions within one another beyond \(Self.longestNesting)")
        }
        let start = token.position.lowerBound
        var left = try unary()
        while let symbol = binaryOperator, symbol.precedence >= max(precedence, 1) {
            try advance()
            let matching = try matching()
            let right = try expression(symbol.precedence + (symbol.associatesToTheRight ? 0 : 1))
            left = Operand(expression: try combined(symbol, matching, left.expression, right, from: start))
        }
        return left
    }

    private var binaryOperator: PromQLOperator? {
        switch token.kind {
        case .symbol(let text): PromQLOperator(rawValue: text)
        case .identifier:
            switch token.keyword {
            case "and": .and
            case "or": .or
            case "unless": .unless
            case "atan2": .atan2
            default: nil
            }
        default: nil
        }
    }

    private mutating func unary() throws(PromQLSyntaxError) -> Operand {
        let start = token.position.lowerBound
        guard token.isSymbol("-") || token.isSymbol("+") else { return try modified(primary(), from: start) }
        let isNegative = token.isSymbol("-")
        try advance()
        let operand = try expression(PromQLOperator.negationPrecedence + 1)
        guard [.scalar, .instantVector, .unknown].contains(operand.type) else {
            throw error("a sign stands before a scalar or an instant vector, not before a \(operand.type.rawValue)", at: start)
        }
        // Numbers carry their sign themselves.
        if case .number(let value) = operand.form {
            return Operand(expression: node(.number(isNegative ? -value : value), .scalar, start))
        }
        guard isNegative else { return Operand(expression: operand) }
        return Operand(expression: try node(.negated(operand), operand.type, start, over: [operand]))
    }

    private mutating func primary() throws(PromQLSyntaxError) -> Operand {
        let start = token.position.lowerBound
        switch token.kind {
        case .number(let value):
            try advance()
            return Operand(expression: node(.number(value), .scalar, start))
        case .string(let text):
            try advance()
            return Operand(expression: node(.string(text), .string, start))
        case .symbol("("):
            try advance()
            let inner = try expression()
            try take(")")
            return Operand(expression: inner, isParenthesized: true)
        case .symbol("{"):
            return Operand(expression: try selector(name: nil, from: start))
        case .variable(let name):
            try advance()
            // A name, if a selector's braces or window follow; else whatever Grafana makes of it.
            if token.isSymbol("{") || token.isSymbol("[") { return Operand(expression: try selector(name: name, from: start)) }
            return Operand(expression: node(.variable(name), .unknown, start))
        case .identifier(let name):
            return Operand(expression: try named(name, from: start))
        default:
            throw unexpected("a metric, a number, a function or (")
        }
    }

    private static let reserved: Set<String> = ["bool", "on", "ignoring", "group_left", "group_right", "atan2"]

    private mutating func named(_ name: String, from start: Int) throws(PromQLSyntaxError) -> PromQLExpression {
        let keyword = name.lowercased()
        if let aggregation = PromQLAggregation(rawValue: keyword),
            following.isSymbol("(") || following.keyword == "by" || following.keyword == "without"
        {
            try advance()
            return try self.aggregation(aggregation, from: start)
        }
        if following.isSymbol("(") {
            guard let function = PromQLFunction(rawValue: name) else { throw unknownFunction(name) }
            try advance()
            return try call(function, from: start)
        }
        if Self.reserved.contains(keyword) { throw unexpected("a metric, a number, a function or (") }
        try advance()
        return try selector(name: name, from: start)
    }

    private func unknownFunction(_ name: String) -> PromQLSyntaxError {
        let known = PromQLFunction.allCases.map(\.rawValue) + PromQLAggregation.allCases.map(\.rawValue)
        let like = known.first { $0 == name.lowercased() } ?? known.first { $0.hasPrefix(name) || name.hasPrefix($0) }
        return error("there is no function \(name)" + (like.map { ": did you mean \($0)?" } ?? ""))
    }

    private mutating func aggregation(_ aggregation: PromQLAggregation, from start: Int) throws(PromQLSyntaxError)
        -> PromQLExpression
    {
        var grouping = try grouping()
        var arguments = try self.arguments()
        if grouping == nil { grouping = try self.grouping() }
        let expected = aggregation.parameter == nil ? 1 : 2
        guard arguments.count == expected else {
            throw error(
                "\(aggregation.rawValue) takes \(expected) argument\(expected == 1 ? "" : "s"), not \(arguments.count)",
                at: start)
        }
        let operand = arguments.removeLast()
        if let parameter = arguments.first, let type = aggregation.parameter {
            try expect(type, of: parameter, as: "the first argument of \(aggregation.rawValue)")
        }
        try expect(.instantVector, of: operand, as: "what \(aggregation.rawValue) is taken over")
        return try node(
            .aggregation(aggregation, grouping, parameter: arguments.first, operand), .instantVector, start,
            over: arguments + [operand])
    }

    private mutating func grouping() throws(PromQLSyntaxError) -> PromQLGrouping? {
        switch token.keyword {
        case "by":
            try advance()
            return .by(try labels())
        case "without":
            try advance()
            return .without(try labels())
        default:
            return nil
        }
    }

    private mutating func call(_ function: PromQLFunction, from start: Int) throws(PromQLSyntaxError) -> PromQLExpression {
        let arguments = try self.arguments()
        let signature = function.signature
        let most = signature.repeatsLast ? Int.max : signature.arguments.count
        guard arguments.count >= signature.required, arguments.count <= most else {
            let count =
                signature.repeatsLast
                ? "at least \(signature.required)"
                : signature.required == most ? "\(most)" : "\(signature.required) to \(most)"
            throw error(
                "\(function.rawValue) takes \(count) argument\(count == "1" ? "" : "s"), not \(arguments.count)", at: start)
        }
        for (number, argument) in arguments.enumerated() {
            guard
                let type = signature.arguments.indices.contains(number) ? signature.arguments[number] : signature.arguments.last
            else { continue }
            try expect(type, of: argument, as: "argument \(number + 1) of \(function.rawValue)")
        }
        return try node(.call(function, arguments), signature.result, start, over: arguments)
    }

    private mutating func arguments() throws(PromQLSyntaxError) -> [PromQLExpression] {
        try take("(")
        var arguments: [PromQLExpression] = []
        if !token.isSymbol(")") {
            arguments.append(try expression())
            while token.isSymbol(",") {
                try advance()
                if token.isSymbol(")") { throw error("a comma after the last argument: leave it out") }
                arguments.append(try expression())
            }
        }
        try take(")")
        return arguments
    }
}

extension PromQLParser {
    mutating func advance() throws(PromQLSyntaxError) {
        end = token.position.upperBound
        token = following
        following = try lexer.next()
    }

    mutating func take(_ symbol: String) throws(PromQLSyntaxError) {
        guard token.isSymbol(symbol) else { throw unexpected(symbol) }
        try advance()
    }

    func unexpected(_ wanted: String) -> PromQLSyntaxError { error("\(token.name) stands where \(wanted) is expected") }

    func error(_ message: String, at offset: Int? = nil) -> PromQLSyntaxError {
        lexer.error(message, at: offset ?? token.position.lowerBound)
    }

    /// A leaf.
    func node(_ form: PromQLExpression.Form, _ type: PromQLType, _ start: Int) -> PromQLExpression {
        PromQLExpression(form, type, start..<end, depth: 1)
    }

    func node(
        _ form: PromQLExpression.Form, _ type: PromQLType, _ start: Int, over parts: [PromQLExpression]
    ) throws(PromQLSyntaxError) -> PromQLExpression {
        let depth = 1 + (parts.map(\.depth).max() ?? 0)
        guard depth <= Self.greatestDepth else {
            throw error("more than \(Self.greatestDepth) operations on one another", at: start)
        }
        return PromQLExpression(form, type, start..<end, depth: depth)
    }

    func expect(_ type: PromQLType, of expression: PromQLExpression, as role: String) throws(PromQLSyntaxError) {
        guard expression.type == type || expression.type == .unknown else {
            throw error(
                "\(role) is to be of type \(type.rawValue), and is \(expression.type.rawValue)"
                    + Self.remedy(from: expression.type, to: type), at: expression.position.lowerBound)
        }
    }

    private static func remedy(from type: PromQLType, to wanted: PromQLType) -> String {
        switch (type, wanted) {
        case (.instantVector, .rangeVector): ": give it a window, such as [5m]"
        case (.rangeVector, .instantVector): ": take a function over its window, such as rate, or leave the window out"
        case (.scalar, .instantVector): ": write vector(…)"
        case (.instantVector, .scalar): ": write scalar(…)"
        default: ""
        }
    }
}
