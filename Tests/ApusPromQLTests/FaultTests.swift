import ApusMetrics
import ApusPromQL
import MetricCatalog
import Testing

@Suite struct `Checking of expressions` {
    private static let rule = QueryContext.rule(scrapeInterval: .seconds(15))
    private static let cpu = PromQLSelector(Contract.cpuUsage.family)
    private static let depth = PromQLSelector(Contract.queueDepth.family)
    private static let delivered = PromQLSelector(Notifications.delivered.family)
    private static let buckets = PromQLSelector(Notifications.attemptDuration.family, suffix: "_bucket")

    private static func rate(_ selector: PromQLSelector, _ window: PromQLDuration = .minutes(5)) -> PromQLExpression {
        .call(.rate, [.range(selector, window)])
    }

    /// A tree, the fault it has in a rule, and words that its description must hold.
    static let faulty: [(PromQLExpression, QueryFault, String)] = [
        (rate(cpu), .rateOfGauge(selector: "worker_cpu_usage_percent"), "is a gauge"),
        (
            .call(.increase, [.range(depth, .minutes(5))]), .rateOfGauge(selector: "notification_queue_depth"),
            "use its value"
        ),
        (.selector(delivered), .bareCounter(selector: "notifications_delivered_total"), "take its rate"),
        (.selector(buckets), .bareCounter(selector: "notification_delivery_duration_seconds_bucket"), "only rises"),
        (
            .call(.histogramQuantile, [.number(0.9), rate(delivered)]),
            .missingBuckets(operand: "rate(notifications_delivered_total[5m])"), "no label le"
        ),
        (
            .call(.histogramQuantile, [.number(0.9), .aggregation(.sum, rate(buckets), by: ["channel"])]),
            .missingBuckets(operand: "sum by (channel) (rate(notification_delivery_duration_seconds_bucket[5m]))"),
            "bucket rates"
        ),
        (
            .selector(cpu.matching([.label("channel", .equals, "log")])),
            .missingLabel("channel", operand: "worker_cpu_usage_percent"), "use one of its labels"
        ),
        (
            .call(.absent, [.selector(cpu.matching([.label("channel", .equals, "log")]))]),
            .missingLabel("channel", operand: "worker_cpu_usage_percent"), "use one of its labels"
        ),
        (
            .aggregation(.max, .aggregation(.sum, .selector(depth), by: ["service"]), by: ["state"]),
            .missingLabel("state", operand: "sum by (service) (notification_queue_depth)"), "keep it in the grouping"
        ),
        (
            .binary(.and, .selector(cpu), .aggregation(.sum, .selector(depth), by: ["state"]), on: ["instance"]),
            .missingLabel("instance", operand: "sum by (state) (notification_queue_depth)"), "keep it"
        ),
        (
            .binary(.plus, .selector(cpu), .selector(depth), on: nil),
            .labelsDiffer(
                operation: "worker_cpu_usage_percent + notification_queue_depth", left: ["instance", "job", "service"],
                right: ["instance", "job", "service", "state"]), "group both by the same labels"
        ),
        (
            .binary(.or, .selector(cpu), .aggregation(.sum, .selector(cpu), by: []), on: nil),
            .labelsDiffer(
                operation: "worker_cpu_usage_percent or sum(worker_cpu_usage_percent)", left: ["instance", "job", "service"],
                right: []), "never match"
        ),
        (
            .binary(.divide, .selector(cpu), .selector(cpu), on: nil),
            .unguardedDivision(divisor: "worker_cpu_usage_percent"), "where it is > 0"
        ),
        (
            .binary(.divide, .number(1), .binary(.greater, .selector(cpu), .number(-1), on: nil), on: nil),
            .unguardedDivision(divisor: "worker_cpu_usage_percent > -1"), "NaN"
        ),
        (
            rate(delivered, .rateInterval),
            .panelWindowInRule(selector: "notifications_delivered_total"), "give it a fixed window"
        ),
        (
            rate(delivered, .seconds(59)),
            .windowTooShort(selector: "notifications_delivered_total", window: .seconds(59), scrapeInterval: .seconds(15)),
            "take at least 1m"
        ),
    ]

    @Test(arguments: faulty)
    func `a fault is found, told once and says what to do`(expression: PromQLExpression, fault: QueryFault, words: String) {
        #expect(expression.faults(in: Self.rule) == [fault])
        #expect(fault.description.contains(words))
        // Found inside of another expression too.
        #expect(PromQLExpression.aggregation(.sum, expression, by: []).faults(in: Self.rule) == [fault])
    }

    @Test(arguments: [PromQLOperator.greater, .greaterOrEqual, .notEqual])
    func `a division by what is compared so that it is not 0 is no fault`(symbol: PromQLOperator) {
        let bound: Double = symbol == .greaterOrEqual ? 0.5 : 0
        let guarded = PromQLExpression.binary(symbol, .selector(Self.cpu), .number(bound), on: nil)
        #expect(PromQLExpression.binary(.divide, .selector(Self.cpu), guarded, on: nil).faults(in: Self.rule) == [])
    }

    @Test func `four scrapes are enough of a window, and numbers divide freely`() {
        #expect(Self.rate(Self.delivered, .seconds(60)).faults(in: Self.rule) == [])
        #expect(PromQLExpression.binary(.divide, .selector(Self.cpu), .number(100), on: nil).faults(in: Self.rule) == [])
    }

    @Test func `panels take Grafana's window and no fixed one`() {
        #expect(Self.rate(Self.delivered, .rateInterval).faults(in: .panel) == [])
        let fixed = Self.rate(Self.delivered).faults(in: .panel)
        #expect(fixed == [.fixedWindowInPanel(selector: "notifications_delivered_total", window: .seconds(300))])
        #expect(fixed.first?.description.contains("use .rateInterval") == true)
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
