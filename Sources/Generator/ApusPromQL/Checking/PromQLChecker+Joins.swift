/// An operation between two vectors.
struct Join {
    let symbol: PromQLOperator
    let matching: PromQLMatching
    let left: PromQLExpression
    let right: PromQLExpression

    /// Whether series of one side alone are in the result too.
    var keepsUnmatched: Bool { symbol == .or }

    var effect: String {
        switch symbol {
        case .unless: "leaves everything in"
        default: "never gives a result"
        }
    }
}

extension PromQLChecker {
    mutating func check(_ join: Join, _ left: ExpressionResult, _ right: ExpressionResult, _ expression: PromQLExpression) {
        switch join.matching.labels {
        case .on(let names): check(join, on: names, left.labels, right.labels, expression)
        case .ignoring(let names): check(join, ignoring: LabelNames(names), left.labels, right.labels, expression)
        case nil: check(join, ignoring: [], left.labels, right.labels, expression)
        }
        checkIncluded(join, left.labels, right.labels, expression)
        checkCardinality(join, left.labels, right.labels, expression)
    }

    private mutating func check(
        _ join: Join, ignoring ignored: LabelNames, _ left: ResultLabels, _ right: ResultLabels, _ expression: PromQLExpression
    ) {
        if ignored.contains(where: \.hasVariable) { return }
        if join.keepsUnmatched, join.left.isAbsence, join.right.isAbsence { return }
        let onlyLeft = left.certain.subtracting(ignored).filter { !right.canHave($0) }
        let onlyRight = right.certain.subtracting(ignored).filter { !left.canHave($0) }
        let isCertain = !onlyLeft.isEmpty || !onlyRight.isEmpty
        let differ = !left.isOpen && !right.isOpen && left.known.subtracting(ignored) != right.known.subtracting(ignored)
        if isCertain || differ {
            // Of `or` different labels are the purpose, in other people's expressions.
            let likely: PromQLFinding.Severity? = differ && !join.keepsUnmatched ? .warning : nil
            let names = isCertain ? onlyLeft.union(onlyRight) : left.known.symmetricDifference(right.known).subtracting(ignored)
            note(
                .neverMatches, at: expression,
                foreign: join.keepsUnmatched ? nil : isCertain && join.symbol != .unless ? .error : likely,
                "the sides differ in \(names.sorted().joined(separator: ", ")) and \(isCertain ? "never" : "hardly") match,"
                    + " so that \(join.symbol.rawValue) \(join.effect):"
                    + " the left has \(left.list), the right \(right.list); group both by the same labels, or match with on(…)")
            return
        }
        let shared = left.fixed.keys.filter { !ignored.contains($0) }
        contradiction(join, among: shared, left, right, expression)
    }

    private mutating func check(
        _ join: Join, on names: [String], _ left: ResultLabels, _ right: ResultLabels, _ expression: PromQLExpression
    ) {
        for name in names where !name.hasVariable && name != "__name__" {
            let sides = (left.canHave(name), right.canHave(name))
            guard !sides.0 || !sides.1 else { continue }
            let operand = sides.0 ? join.right : join.left
            let isCertain = sides.0 ? left.certain.contains(name) : right.certain.contains(name)
            let labels = sides.0 ? right : left
            if isCertain, !join.keepsUnmatched {
                note(
                    .neverMatches, at: expression, foreign: join.symbol == .unless ? .warning : .error,
                    "label \(name) is not in the result of \(operand.excerpt), so that \(join.symbol.rawValue) on it \(join.effect):"
                        + " that side has \(labels.list)")
            } else {
                note(
                    .missingLabel, at: expression, foreign: join.keepsUnmatched ? nil : .warning,
                    "on names the label \(name), which \(operand.excerpt) does not have: it has \(labels.list)")
            }
        }
        contradiction(join, among: names, left, right, expression)
    }

    private mutating func contradiction(
        _ join: Join, among names: some Sequence<String>, _ left: ResultLabels, _ right: ResultLabels,
        _ expression: PromQLExpression
    ) {
        guard !join.keepsUnmatched else { return }
        for name in names.sorted() {
            guard let one = left.fixed[name], let other = right.fixed[name], one != other else { continue }
            note(
                .neverMatches, at: expression, foreign: join.symbol == .unless ? .warning : .error,
                "\(name) is \(PromQLQuoting.quoted(one)) on the left and \(PromQLQuoting.quoted(other)) on the right, so that"
                    + " \(join.symbol.rawValue) \(join.effect): match with ignoring(\(name)), or by on(…) without it")
        }
    }

    /// Labels that `group_left` takes over must be there.
    private mutating func checkIncluded(
        _ join: Join, _ left: ResultLabels, _ right: ResultLabels, _ expression: PromQLExpression
    ) {
        guard let many = join.matching.many else { return }
        let (one, labels) = many == .left ? (join.right, right) : (join.left, left)
        for name in join.matching.included where !name.hasVariable && !labels.canHave(name) {
            note(
                .missingLabel, at: expression, foreign: .warning,
                "\(many.rawValue) takes over the label \(name), which \(one.excerpt) does not have: it has \(labels.list)")
        }
    }

    /// Labels by which a side has several series for one of the match.
    private mutating func checkCardinality(
        _ join: Join, _ left: ResultLabels, _ right: ResultLabels, _ expression: PromQLExpression
    ) {
        guard !join.symbol.isSetOperator, case .on(let names)? = join.matching.labels, !names.contains(where: \.hasVariable)
        else { return }
        let many = join.matching.many
        for (side, labels, mayRepeat) in [(join.left, left, many == .left), (join.right, right, many == .right)]
        where !mayRepeat {
            let rest = labels.multiplying.subtracting(names).subtracting(labels.fixed.keys)
            guard !rest.isEmpty else { continue }
            note(
                .manyToMany, at: expression, declared: .warning, foreign: .warning,
                "\(side.excerpt) has a series for each \(rest.sorted().joined(separator: ", ")),"
                    + " which on(\(names.joined(separator: ", "))) does not tell apart: add them to on, or aggregate that side"
                    + (many == nil ? ", or use group_left" : ""))
        }
    }
}

extension PromQLExpression {
    /// Whether the result says what is not there, each series with the labels of what was looked for: of several `or` keeps all.
    fileprivate var isAbsence: Bool {
        switch form {
        case .call(let function, _): function == .absent || function == .absentOverTime
        case .binary(.or, _, let left, let right): left.isAbsence && right.isAbsence
        default: false
        }
    }
}
