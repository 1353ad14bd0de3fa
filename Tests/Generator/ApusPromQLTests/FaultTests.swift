import AgentMetrics
import ApusMetrics
import ApusPromQL
import SampleMetrics
import Testing

@Suite struct `Checking of expressions` {
    private static let rule = CheckContext.rule(scrapeInterval: .seconds(15))
    private static let cpu = PromQLSelector(Contract.cpuUsage.family)
    private static let depth = PromQLSelector(Queue.depth.family)
    private static let delivered = PromQLSelector(Notifications.delivered.family)
    private static let buckets = PromQLSelector(Notifications.attemptDuration.family, suffix: "_bucket")

    private static func rate(_ selector: PromQLSelector, _ window: PromQLDuration = .minutes(5)) -> PromQLExpression {
        .call(.rate, [.range(selector, window)])
    }

    /// A tree, the fault it has in a rule, and words that its description must hold.
    static let faulty: [(PromQLExpression, PromQLFindingKind, String)] = [
        (rate(cpu), .rateOfGauge, "is a gauge"),
        (
            .call(.increase, [.range(depth, .minutes(5))]), .rateOfGauge,
            "use its value"
        ),
        (.selector(delivered), .bareCounter, "take its rate"),
        (.selector(buckets), .bareCounter, "only rises"),
        (
            .call(.histogramQuantile, [.number(0.9), rate(delivered)]),
            .missingBuckets, "no label le"
        ),
        (
            .call(.histogramQuantile, [.number(0.9), .aggregation(.sum, rate(buckets), by: ["channel"])]),
            .missingBuckets,
            "bucket rates"
        ),
        (
            .selector(cpu.matching([.label("channel", .equals, "log")])),
            .missingLabel, "which it does not have"
        ),
        (
            .call(.absent, [.selector(cpu.matching([.label("channel", .equals, "log")]))]),
            .missingLabel, "which it does not have"
        ),
        (
            .aggregation(.max, .aggregation(.sum, .selector(depth), by: ["service"]), by: ["state"]),
            .missingLabel, "keep state in the grouping"
        ),
        (
            .binary(.and, .selector(cpu), .aggregation(.sum, .selector(depth), by: ["state"]), on: ["instance"]),
            .neverMatches, "never gives a result"
        ),
        (
            .binary(.plus, .selector(cpu), .selector(depth), on: nil),
            .neverMatches, "group both by the same labels"
        ),
        (
            .binary(.or, .selector(cpu), .aggregation(.sum, .selector(cpu), by: []), on: nil),
            .neverMatches, "never match"
        ),
        (
            .binary(.divide, .selector(cpu), .selector(cpu), on: nil),
            .unguardedDivision, "where it is > 0"
        ),
        (
            .binary(.divide, .number(1), .binary(.greater, .selector(cpu), .number(-1), on: nil), on: nil),
            .unguardedDivision, "NaN"
        ),
        (
            rate(delivered, .rateInterval),
            .variableInRule, "give it a fixed value"
        ),
        (
            rate(delivered, .seconds(59)),
            .windowTooShort,
            "take at least 1m"
        ),
    ]

    @Test(arguments: faulty)
    func `a fault is found, told once and says what to do`(
        expression: PromQLExpression, kind: PromQLFindingKind, words: String
    ) {
        let findings = expression.findings(in: Self.rule)
        #expect(findings.map(\.kind) == [kind], "\(findings)")
        #expect(findings.allSatisfy { $0.severity == .error && $0.message.contains(words) }, "\(findings)")
        // Found inside of another expression too.
        #expect(PromQLExpression.aggregation(.sum, expression, by: []).findings(in: Self.rule).map(\.kind).contains(kind))
    }

    @Test(arguments: [PromQLOperator.greater, .greaterOrEqual, .notEqual])
    func `a division by what is compared so that it is not 0 is no fault`(symbol: PromQLOperator) {
        let bound: Double = symbol == .greaterOrEqual ? 0.5 : 0
        let guarded = PromQLExpression.binary(symbol, .selector(Self.cpu), .number(bound), on: nil)
        #expect(PromQLExpression.binary(.divide, .selector(Self.cpu), guarded, on: nil).findings(in: Self.rule) == [])
    }

    @Test func `four scrapes are enough of a window, and numbers divide freely`() {
        #expect(Self.rate(Self.delivered, .seconds(60)).findings(in: Self.rule) == [])
        #expect(PromQLExpression.binary(.divide, .selector(Self.cpu), .number(100), on: nil).findings(in: Self.rule) == [])
    }

    @Test func `panels take Grafana's window and no fixed one`() {
        #expect(Self.rate(Self.delivered, .rateInterval).findings(in: .panel) == [])
        #expect(Self.rate(Self.delivered).findings(in: .panel).map(\.kind) == [.fixedWindowInPanel])
    }

    @Test func `the labels of a result are those that its parts leave`() {
        #expect(PromQLExpression.number(1).resultLabels == nil)
        #expect(PromQLExpression.selector(Self.depth).resultLabels == ["instance", "job", "service", "state"])
        #expect(PromQLExpression.aggregation(.sum, .selector(Self.depth), by: ["state"]).resultLabels == ["state"])
        let quantile = Notifications.attemptDuration.series.bucketRates(over: .rateInterval).quantile(0.5)
        #expect(quantile.expression.resultLabels == ["channel", "instance", "job", "service"])
        let joined = PromQLExpression.binary(.times, .selector(Self.cpu), .selector(Self.depth), on: ["instance"])
        #expect(joined.resultLabels == ["instance"])
        let kept = PromQLExpression.binary(.and, .selector(Self.cpu), .selector(Self.depth), on: ["instance"])
        #expect(kept.resultLabels == ["instance", "job", "service"])
    }
}
