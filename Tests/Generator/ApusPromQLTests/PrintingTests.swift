import ApusMetrics
import ApusPromQL
import AgentMetrics
import Testing

@Suite struct `Printing of expressions` {
    private static let cpu = PromQLSelector(Contract.cpuUsage.family)
    private static let a = PromQLExpression.number(1)
    private static let b = PromQLExpression.number(2)
    private static let c = PromQLExpression.number(3)

    @Test(arguments: [
        ("plain", #"instance="plain""#),
        (#"C:\dir"#, #"instance="C:\\dir""#),
        (#"say "hi""#, #"instance="say \"hi\"""#),
        ("1\n2\r3\t4", #"instance="1\n2\r3\t4""#),
        ("", #"instance="""#),
        ("Zürich 🏔 {}=,", #"instance="Zürich 🏔 {}=,""#),
    ])
    func `a matcher's value is escaped as a double-quoted string`(value: String, expected: String) {
        #expect(PromQLSelector(name: "x", matchers: [.label("instance", .equals, value)]).description == "x{\(expected)}")
    }

    @Test(arguments: zip(MatchRelation.allCases, ["=", "!=", "=~", "!~"]))
    func `each relation is written as PromQL has it`(relation: MatchRelation, symbol: String) {
        #expect(PromQLSelector(name: nil, matchers: [.label("job", relation, "x")]).description == "{job\(symbol)\"x\"}")
    }

    @Test func `a selector lists its matchers in order, and has no braces without any`() {
        #expect(Contract.cpuUsage.series.value.expression.description == "worker_cpu_usage_percent")
        let narrowed = Queue.depth.series.matching(.service, "worker").matching(QueueStateLabels(state: .locked))
            .matching(.label(.state), .matchesNot, "p.*")
        #expect(
            narrowed.value.expression.description
                == #"queue_depth{service="worker", state="locked", state!~"p.*"}"#)
    }

    @Test(
        arguments: [
            (0, "0"), (70, "70"), (0.01, "0.01"), (10_000, "10000"), (536_870_912, "536870912"), (-1.5, "-1.5"),
            (0.00001, "0.00001"), (-0.0000125, "-0.0000125"), (1e16, "10000000000000000"), (1.5e17, "150000000000000000"),
            (1.25e-10, "0.000000000125"), (1e22, "1e+22"), (0.1 + 0.2, "0.30000000000000004"), (.infinity, "Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)])
    func `numbers are written as a person would, and read back as the same`(value: Double, expected: String) {
        #expect(PromQLNumber.string(value) == expected)
        #expect(value.isNaN || Double(expected) == value)
    }

    @Test(
        arguments: zip(
            PromQLOperator.allCases,
            ["or", "and", "unless", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "atan2", "^"]))
    func `each operator is written as PromQL has it`(symbol: PromQLOperator, text: String) {
        #expect(PromQLExpression.binary(symbol, Self.a, Self.b, on: nil).description == "1 \(text) 2")
        #expect(
            PromQLExpression.binary(symbol, Self.a, Self.b, on: ["service", "instance"]).description
                == "1 \(text) on (service, instance) 2")
    }

    /// All pairs: PromQL binds `or` least, then `and` and `unless`, comparisons, sums, products, powers; each to the left but powers.
    @Test(arguments: PromQLOperator.allCases, PromQLOperator.allCases)
    func `parentheses stand where the tree needs them and nowhere else`(outer: PromQLOperator, inner: PromQLOperator) throws {
        let levels: [[PromQLOperator]] = [
            [.or], [.and, .unless], [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual], [.plus, .minus],
            [.times, .divide, .modulo, .atan2], [.power],
        ]
        let outerLevel = try #require(levels.firstIndex { $0.contains(outer) })
        let innerLevel = try #require(levels.firstIndex { $0.contains(inner) })
        let nested = PromQLExpression.binary(inner, Self.a, Self.b, on: nil)
        let left = PromQLExpression.binary(outer, nested, Self.c, on: nil).description
        let right = PromQLExpression.binary(outer, Self.c, nested, on: nil).description
        let text = "1 \(inner.rawValue) 2"
        let isPower = outer == .power && inner == .power
        let (opensLeft, opensRight) = (innerLevel < outerLevel || isPower, innerLevel <= outerLevel && !isPower)
        #expect(left == (opensLeft ? "(\(text)) \(outer.rawValue) 3" : "\(text) \(outer.rawValue) 3"))
        #expect(right == (opensRight ? "3 \(outer.rawValue) (\(text))" : "3 \(outer.rawValue) \(text)"))
    }

    @Test func `aggregations name their keys, or none`() {
        let depth = Queue.depth.series.value
        #expect(depth.sum().expression.description == "sum(queue_depth)")
        #expect(
            depth.max(by: .service, .label(.state)).expression.description
                == "max by (service, state) (queue_depth)")
        #expect(depth.min().expression.description == "min(queue_depth)")
        #expect(depth.avg().expression.description == "avg(queue_depth)")
        #expect(depth.count(by: .job).expression.description == "count by (job) (queue_depth)")
    }
}
