import HostTesting
import ApusPromQL
import Testing

/// A tree of numbers, and what it is worth.
private struct Arithmetic {
    let expression: PromQLExpression
    let value: Double

    static func random(depth: Int, using generator: inout SplitMix) -> Arithmetic {
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

/// The same numbers in every run (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
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
        var generator = SplitMix(state: 2026)
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
