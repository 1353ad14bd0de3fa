import HostTesting
import ApusPromQL
import Testing

/// A tree of numbers, and what it is worth.
private struct Arithmetic {
    let expression: PromQLExpression
    let value: Double

    static func random(depth: Int, using generator: inout SeededGenerator) -> Arithmetic {
        guard depth > 0, Int.random(in: 0..<5, using: &generator) > 0 else {
            let value = Double(Int.random(in: 1...9, using: &generator)) / 4
            return Arithmetic(expression: PromQLExpression(.number(value)), value: value)
        }
        let left = random(depth: depth - 1, using: &generator)
        let right = random(depth: depth - 1, using: &generator)
        let (symbol, value): (PromQLOperator, Double) =
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: (.plus, left.value + right.value)
            case 1: (.minus, left.value - right.value)
            case 2: (.times, left.value * right.value)
            default: (.divide, left.value / right.value)
            }
        return Arithmetic(
            expression: PromQLExpression(.binary(symbol, PromQLMatching(), left.expression, right.expression)), value: value)
    }
}

@Suite struct `Printed expressions` {
    private func judge(_ cases: [(query: String, value: Double)]) throws -> Command {
        let entries = cases.map { query, value in
            """
              - expr: '\(query)'
                eval_time: 0s
                exp_samples:
                - value: \(value)

            """
        }
        let folder = try TemporaryFolder()
        try folder.write("tests:\n- interval: 1m\n  promql_expr_test:\n\(entries.joined())", to: "test.yml")
        return try Command.run("promtool", ["test", "rules", folder.path("test.yml")])
    }

    @Test func `mean to Prometheus what their trees mean`() throws {
        var generator = SeededGenerator(seed: 2026)
        var cases: [(query: String, value: Double)] = []
        while cases.count < 500 {
            let tree = Arithmetic.random(depth: 5, using: &generator)
            if tree.value.isFinite { cases.append((tree.expression.description, tree.value)) }
        }
        let result = try judge(cases)
        #expect(result.passed, "\(result.text)")
        // The judge tells right from wrong.
        #expect(try !judge([("1 - 2 - 3", 2)]).passed)
    }
}
