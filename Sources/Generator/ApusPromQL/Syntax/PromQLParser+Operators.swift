extension PromQLParser {
    /// `bool`, `on`, `ignoring` and the groups behind an operator.
    mutating func matching() throws(PromQLSyntaxError) -> PromQLMatching {
        var matching = PromQLMatching()
        if token.keyword == "bool" {
            try advance()
            matching.returnsBool = true
        }
        switch token.keyword {
        case "on":
            try advance()
            matching.labels = .on(try labels())
        case "ignoring":
            try advance()
            matching.labels = .ignoring(try labels())
        default:
            return matching
        }
        if let keyword = token.keyword, let many = PromQLMatching.Many(rawValue: keyword) {
            try advance()
            matching.many = many
            if token.isSymbol("(") { matching.included = try labels() }
        }
        return matching
    }

    /// `(a, b)`, a comma at the end allowed.
    mutating func labels() throws(PromQLSyntaxError) -> [String] {
        try take("(")
        var names: [String] = []
        while !token.isSymbol(")") {
            switch token.kind {
            case .identifier(let name):
                guard PromQLQuoting.isLabelName(name) else { throw error("\(name) is no label's name: labels have no colon") }
                names.append(name)
            case .string(let name), .variable(let name):
                names.append(name)
            default:
                throw unexpected("a label or )")
            }
            try advance()
            guard token.isSymbol(",") else { break }
            try advance()
        }
        try take(")")
        return names
    }

    func combined(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: PromQLExpression, _ right: PromQLExpression,
        from start: Int
    ) throws(PromQLSyntaxError) -> PromQLExpression {
        for side in [left, right] where ![.scalar, .instantVector, .unknown].contains(side.type) {
            throw error(
                "\(symbol.rawValue) combines scalars and instant vectors, not a \(side.type.rawValue)",
                at: side.position.lowerBound)
        }
        if matching.returnsBool && !symbol.isComparison {
            throw error("bool stands behind comparisons only, not behind \(symbol.rawValue)", at: start)
        }
        if case .on(let names) = matching.labels, let name = names.first(where: matching.included.contains) {
            throw error(
                "label \(name) stands in on and in \(matching.many?.rawValue ?? "the group"): it has one place only", at: start)
        }
        let types = [left.type, right.type]
        if types.allSatisfy({ $0 == .scalar }), symbol.isComparison, !matching.returnsBool {
            throw error("a comparison of two scalars needs bool: write \(symbol.rawValue) bool", at: start)
        }
        if types.contains(.scalar) {
            if symbol.isSetOperator {
                throw error("\(symbol.rawValue) combines instant vectors; write vector(…) around the scalar", at: start)
            }
            if matching.labels != nil { throw error("on and ignoring stand between instant vectors only", at: start) }
        }
        if symbol.isSetOperator, let many = matching.many {
            throw error("\(symbol.rawValue) always matches many to many: leave \(many.rawValue) out", at: start)
        }
        let type: PromQLType =
            types.contains(.instantVector) ? .instantVector : types.contains(.unknown) ? .unknown : .scalar
        return try node(.binary(symbol, matching, left, right), type, start, over: [left, right])
    }
}
