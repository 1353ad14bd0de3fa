import ApusMetrics
import ApusPromQL
import Testing

@Suite struct `Recording rules as declarations` {
    private func declaring(_ rules: [(String, String)], labels: [String: String] = [:]) throws -> SeriesDeclarations {
        var declarations = ShopFamilies.declarations
        declarations.declare(
            recordings: try rules.map {
                RecordedSeries(name: $0.0, expression: try PromQLExpression(parsing: $0.1), labels: labels)
            })
        return declarations
    }

    private static let rules = [
        ("job:requests:rate5m", "sum by (job) (route:requests:rate5m)"),
        ("route:requests:rate5m", "sum by (job, route) (rate(requests_total[5m]))"),
        ("job:requests:sum", "sum by (job) (requests_total)"),
    ]

    @Test(arguments: [rules, rules.reversed()])
    func `labels and kind follow from the expressions, in any order`(rules: [(String, String)]) throws {
        let declarations = try declaring(rules)
        #expect(
            try findings("rate(job:requests:rate5m[5m])", .ownRule, declarations)
                == ["rateOfGauge error: job:requests:rate5m[5m]"])
        #expect(
            try findings("job:requests:rate5m{route=\"a\"} > 1", .ownRule, declarations)
                == ["missingLabel error: job:requests:rate5m{route=\"a\"}"])
        #expect(try findings("route:requests:rate5m{route=\"a\"} > 1", .ownRule, declarations) == [])
        #expect(
            try findings("rate(job:requests:sum[5m])", .ownRule, declarations)
                == ["rateOfSum error: job:requests:sum[5m]"])
        #expect(try findings("job:requests:sum", .ownRule, declarations) == ["bareCounter error: job:requests:sum"])
    }

    @Test func `labels of the rule are on its series`() throws {
        let declarations = try declaring([("total:depth", "sum(queue_depth)")], labels: ["team": "shop"])
        #expect(try findings("total:depth{team=\"shop\"} > 1", .ownRule, declarations) == [])
        #expect(
            try findings(
                "total:depth and on (team) label_replace(up{service=\"x\"}, \"team\", \"a\", \"\", \"\")", .ownRule,
                declarations)
                == [])
        let expression = try PromQLExpression(parsing: "total:depth")
        #expect(expression.resultLabels(declarations: declarations) == ["team"])
    }

    @Test func `rules upon one another in a circle are left open`() throws {
        let declarations = try declaring([("a:a", "a:b + 1"), ("a:b", "a:a + 1")])
        #expect(try findings("sum by (x) (a:a)", .ownRule, declarations) == [])
    }

    @Test func `a name recorded twice has what both rules give`() throws {
        let declarations = try declaring([("a:a", "sum by (job) (queue_depth)"), ("a:a", "sum by (queue) (queue_depth)")])
        let expression = try PromQLExpression(parsing: "a:a")
        #expect(expression.resultLabels(declarations: declarations) == ["job", "queue"])
    }
}
