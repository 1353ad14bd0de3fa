import AgentMetrics
import ApusMetrics
import ApusPromQL
import SampleMetrics
import Testing

/// What each typed operation is called in PromQL, and that Prometheus' grammar takes it.
@Suite struct `Typed functions` {
    private static let cpu = Contract.cpuUsage.series
    private static let delivered = Notifications.delivered.series
    private static let depth = Queue.depth.series

    private func expect(_ expression: PromQLExpression, _ text: String) throws {
        #expect(expression.description == text)
        #expect(try PromQLExpression(parsing: text) == expression)
        #expect(try PromQLExpression(parsing: text).type == expression.type)
    }

    @Test func `every function over a window has a name`() throws {
        let samples = Self.cpu.samples(over: .minutes(5))
        let range = "worker_cpu_usage_percent[5m]"
        try expect(samples.average.expression, "avg_over_time(\(range))")
        try expect(samples.minimum.expression, "min_over_time(\(range))")
        try expect(samples.maximum.expression, "max_over_time(\(range))")
        try expect(samples.total.expression, "sum_over_time(\(range))")
        try expect(samples.count.expression, "count_over_time(\(range))")
        try expect(samples.last.expression, "last_over_time(\(range))")
        try expect(samples.standardDeviation.expression, "stddev_over_time(\(range))")
        try expect(samples.standardVariance.expression, "stdvar_over_time(\(range))")
        try expect(samples.changes.expression, "changes(\(range))")
        try expect(samples.delta.expression, "delta(\(range))")
        try expect(samples.instantDelta.expression, "idelta(\(range))")
        try expect(samples.derivative.expression, "deriv(\(range))")
        try expect(samples.present.expression, "present_over_time(\(range))")
        try expect(samples.absent.expression, "absent_over_time(\(range))")
        try expect(samples.quantile(0.9).expression, "quantile_over_time(0.9, \(range))")
        try expect(samples.predicted(after: .seconds(3600)).expression, "predict_linear(\(range), 3600)")
        try expect(samples.smoothed(factor: 0.3, trend: 0.6).expression, "holt_winters(\(range), 0.3, 0.6)")
        try expect(Self.delivered.instantRate(over: .minutes(5)).expression, "irate(notifications_delivered_total[5m])")
        try expect(Self.delivered.resets(over: .hours(1)).expression, "resets(notifications_delivered_total[1h])")
        try expect(Self.delivered.changes(over: .seconds(60)).expression, "changes(notifications_delivered_total[1m])")
        try expect(Self.cpu.absent(over: .minutes(5)).expression, "absent_over_time(\(range))")
        try expect(Self.delivered.present(over: .minutes(1)).expression, "present_over_time(notifications_delivered_total[1m])")
    }

    @Test func `series are taken at another time, and windows of expressions are subqueries`() throws {
        try expect(
            Self.cpu.offset(by: .seconds(300)).value.expression, "worker_cpu_usage_percent offset 5m")
        try expect(
            Self.delivered.at(.end).offset(by: .seconds(-60)).rate(over: .minutes(5)).expression,
            "rate(notifications_delivered_total[5m] @ end() offset -1m)")
        try expect(Self.cpu.at(.seconds(1_700_000_000)).value.expression, "worker_cpu_usage_percent @ 1700000000")
        let rates = Self.delivered.rate(over: .minutes(5)).sum()
        try expect(
            rates.samples(over: .hours(1), every: .seconds(60)).maximum.expression,
            "max_over_time(sum(rate(notifications_delivered_total[5m]))[1h:1m])")
        try expect(
            rates.samples(over: .hours(1), offset: .seconds(60), at: .start).quantile(0.5).expression,
            "quantile_over_time(0.5, sum(rate(notifications_delivered_total[5m]))[1h:] @ start() offset 1m)")
    }

    @Test func `every function of values has a name`() throws {
        let cpu = Self.cpu.value
        let text = "worker_cpu_usage_percent"
        let functions: [(InstantVector<SeriesKey<NoKey>>, String)] = [
            (cpu.abs, "abs"), (cpu.ceil, "ceil"), (cpu.floor, "floor"), (cpu.exp, "exp"), (cpu.ln, "ln"), (cpu.log2, "log2"),
            (cpu.log10, "log10"), (cpu.squareRoot, "sqrt"), (cpu.sign, "sgn"), (cpu.rounded(), "round"), (cpu.sorted, "sort"),
            (cpu.sortedDescending, "sort_desc"), (Self.cpu.timestamp, "timestamp"),
            (cpu.calendar(.minute), "minute"), (cpu.calendar(.hour), "hour"), (cpu.calendar(.dayOfWeek), "day_of_week"),
            (cpu.calendar(.dayOfMonth), "day_of_month"), (cpu.calendar(.dayOfYear), "day_of_year"),
            (cpu.calendar(.daysInMonth), "days_in_month"), (cpu.calendar(.month), "month"), (cpu.calendar(.year), "year"),
        ]
        for (vector, name) in functions { try expect(vector.expression, "\(name)(\(text))") }
        for function in TrigonometricFunction.allCases {
            try expect(cpu.trigonometric(function).expression, "\(function.rawValue)(\(text))")
        }
        try expect(cpu.rounded(to: 0.5).expression, "round(\(text), 0.5)")
        try expect(cpu.clamped(from: 0, to: 100).expression, "clamp(\(text), 0, 100)")
        try expect(cpu.clamped(to: 100).expression, "clamp_max(\(text), 100)")
        try expect(cpu.clamped(from: 1).expression, "clamp_min(\(text), 1)")
        try expect(cpu.absent.expression, "absent(\(text))")
        try expect(
            cpu.replacing(.service, with: "$1", from: .instance, matching: "(.*)-[0-9]+").expression,
            #"label_replace(\#(text), "service", "$1", "instance", "(.*)-[0-9]+")"#)
        try expect(
            cpu.joining(.service, .instance, into: .job, separator: "/").expression,
            #"label_join(\#(text), "job", "/", "service", "instance")"#)
    }

    @Test func `every aggregation has a name, over all series, by keys and without`() throws {
        let depth = Self.depth.value
        let text = "queue_depth"
        let totals: [(InstantVector<NoKey>, String)] = [
            (depth.sum(), "sum"), (depth.max(), "max"), (depth.min(), "min"), (depth.avg(), "avg"), (depth.count(), "count"),
            (depth.group(), "group"), (depth.standardDeviation(), "stddev"), (depth.standardVariance(), "stdvar"),
        ]
        for (vector, name) in totals { try expect(vector.expression, "\(name)(\(text))") }
        let grouped: [(InstantVector<SeriesKey<QueueStateLabels.Key>>, String)] = [
            (depth.group(by: .label(.state)), "group"), (depth.standardDeviation(by: .label(.state)), "stddev"),
            (depth.standardVariance(by: .label(.state)), "stdvar"),
        ]
        for (vector, name) in grouped { try expect(vector.expression, "\(name) by (state) (\(text))") }
        for aggregation in Aggregation.allCases {
            let without = depth.aggregated(aggregation, without: .instance, .job)
            #expect(without.expression.description.hasSuffix(" without (instance, job) (\(text))"))
            #expect(without.expression.resultLabels == ["service", "state"])
            #expect(depth.aggregated(aggregation, perTarget: .service).expression.resultLabels == ["service"])
        }
        try expect(depth.quantile(0.9).expression, "quantile(0.9, \(text))")
        try expect(depth.quantile(0.9, by: .service).expression, "quantile by (service) (0.9, \(text))")
        try expect(depth.top(3).expression, "topk(3, \(text))")
        try expect(depth.bottom(3, by: .service).expression, "bottomk by (service) (3, \(text))")
        try expect(depth.countValues(as: TargetKey.instance).expression, #"count_values("instance", \#(text))"#)
        #expect(depth.top(3, by: .service).expression.resultLabels == ["instance", "job", "service", "state"])
    }

    @Test func `vectors of different labels match by some of them`() throws {
        let depth = Self.depth.value
        let cpu = Self.cpu.value
        try expect(
            (depth.on(.instance).many * cpu).expression,
            "queue_depth * on (instance) group_left worker_cpu_usage_percent")
        try expect(
            (depth.ignoring(.label(.state)).many / (cpu > 0)).expression,
            "queue_depth / ignoring (state) group_left () (worker_cpu_usage_percent > 0)")
        let unit = ServiceUnit.unit.series.value
        let joined = cpu.on(.service, .instance).joined(with: unit, adding: .label(.unit))
        try expect(
            joined.expression,
            "worker_cpu_usage_percent * on (service, instance) group_left (unit) apus_service_unit_info")
        #expect(joined.expression.resultLabels == ["instance", "job", "service", "unit"])
        #expect(joined.sum(by: .partner(.label(.unit))).expression.resultLabels == ["unit"])
        let ratio = cpu.divided(by: Contract.memoryUsage.series.value > 0, on: .instance)
        #expect(ratio.expression.resultLabels == ["instance"])
        let operations: [(InstantVector<SeriesKey<NoKey>>, String)] = [
            (cpu.on(.instance) + cpu, "+"), (cpu.on(.instance) - cpu, "-"), (cpu.on(.instance) > cpu, ">"),
            (cpu.on(.instance) >= cpu, ">="), (cpu.on(.instance) < cpu, "<"), (cpu.on(.instance) <= cpu, "<="),
            (cpu.on(.instance) == cpu, "=="), (cpu.on(.instance) != cpu, "!="), (cpu.on(.instance).and(cpu), "and"),
            (cpu.on(.instance).unless(cpu), "unless"),
        ]
        for (vector, symbol) in operations {
            try expect(vector.expression, "worker_cpu_usage_percent \(symbol) on (instance) worker_cpu_usage_percent")
        }
    }

    @Test func `scalars, signs, powers and comparisons that give 0 or 1 are written as PromQL has them`() throws {
        let cpu = Self.cpu.value
        try expect((-cpu).expression, "-worker_cpu_usage_percent")
        try expect(cpu.power(2).expression, "worker_cpu_usage_percent ^ 2")
        try expect(cpu.atan2(cpu).expression, "worker_cpu_usage_percent atan2 worker_cpu_usage_percent")
        try expect((cpu % 2).expression, "worker_cpu_usage_percent % 2")
        try expect((cpu > 70).asBool.expression, "worker_cpu_usage_percent > bool 70")
        try expect((QueryScalar.time - cpu).expression, "time() - worker_cpu_usage_percent")
        try expect((cpu / (QueryScalar.pi * 2)).expression, "worker_cpu_usage_percent / (pi() * 2)")
        try expect(cpu.sum().scalar.expression, "scalar(sum(worker_cpu_usage_percent))")
        try expect(QueryScalar.number(1).vector.expression, "vector(1)")
    }

    @Test(arguments: [(0.25, #"le="0.25""#), (1, #"le=~"1([.]0)?""#), (10, #"le=~"10([.]0)?""#), (.infinity, #"le="+Inf""#)])
    func `a bound finds its bucket in text and in OpenMetrics`(bound: Double, matcher: String) throws {
        try expect(
            Notifications.pickupDelay.series.rate(within: bound, over: .minutes(5)).expression,
            "rate(notification_pickup_delay_seconds_bucket{\(matcher)}[5m])")
    }

    @Test func `native histograms give quantiles, shares, counts and sums`() throws {
        let sizes = NativeHistogram<ChannelLabels>("example_duration_seconds", "An example.")
        let rates = sizes.series.histogramRates(over: .minutes(5)).sum(by: .label(.channel))
        let text = "sum by (channel) (rate(example_duration_seconds[5m]))"
        try expect(rates.quantile(0.9).expression, "histogram_quantile(0.9, \(text))")
        try expect(rates.fraction(from: 0, to: 0.5).expression, "histogram_fraction(0, 0.5, \(text))")
        try expect(rates.count.expression, "histogram_count(\(text))")
        try expect(rates.sum.expression, "histogram_sum(\(text))")
    }

    @Test func `a recording rule is a declaration of its own`() throws {
        let rule = RecordingRule("instance:deliveries:rate5m", Self.delivered.rate(over: .minutes(5)).sum(by: .instance))
        try expect(rule.value.expression, "instance:deliveries:rate5m")
        try expect(rule.samples(over: .hours(1)).maximum.expression, "max_over_time(instance:deliveries:rate5m[1h])")
        try expect(
            rule.value(matching: .instance, "worker-1").expression, #"instance:deliveries:rate5m{instance="worker-1"}"#)
    }
}
