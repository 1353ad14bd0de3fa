import AgentMetrics
import ApusMetrics
import ApusPromQL
import SampleMetrics
import Testing

@Suite struct `Typed queries` {
    @Test func `a counter gives rates and increases`() {
        let delivered = Notifications.delivered.series
        #expect(
            delivered.rate(over: .minutes(5)).sum(by: .instance).expression.description
                == "sum by (instance) (rate(notifications_delivered_total[5m]))")
        #expect(
            delivered.matching(ChannelLabels(channel: .webhook)).increase(over: .rateInterval).expression.description
                == #"increase(notifications_delivered_total{channel="webhook"}[$__rate_interval])"#)
    }

    @Test func `a histogram gives quantiles over its buckets, a rate of observations and their mean`() {
        let attempts = Notifications.attemptDuration.series
        #expect(
            attempts.bucketRates(over: .minutes(5)).sum(by: .label(.channel)).quantile(0.95).expression.description
                == "histogram_quantile(0.95, sum by (channel, le) (rate(notification_delivery_duration_seconds_bucket[5m])))")
        #expect(
            attempts.bucketRates(over: .seconds(60)).sum().quantile(0.5).expression.description
                == "histogram_quantile(0.5, sum by (le) (rate(notification_delivery_duration_seconds_bucket[1m])))")
        let mean = attempts.sumRate(over: .minutes(5)).sum() / (attempts.countRate(over: .minutes(5)).sum() > 0)
        #expect(
            mean.expression.description
                == "sum(rate(notification_delivery_duration_seconds_sum[5m]))"
                + " / (sum(rate(notification_delivery_duration_seconds_count[5m])) > 0)")
        #expect(mean.expression.findings(in: .rule(scrapeInterval: .seconds(15))) == [])
    }

    @Test func `an absent series has the labels that were matched as equal`() {
        let absent = ServiceState.up.series.matching(.service, "worker").matching(.instance, .matches, "worker-.*").absent
        #expect(
            absent.expression.description == #"absent(apus_service_up{service="worker", instance=~"worker-.*"})"#)
        #expect(absent.expression.resultLabels == ["service"])
    }

    @Test func `vectors join with arithmetic, comparisons and set operators`() {
        let cpu = Contract.cpuUsage.series.value
        let memory = Contract.memoryUsage.series.value
        #expect((1 - cpu / 100).expression.description == "1 - worker_cpu_usage_percent / 100")
        #expect((100 * cpu + 1).expression.description == "100 * worker_cpu_usage_percent + 1")
        #expect((cpu - memory * 2).expression.description == "worker_cpu_usage_percent - worker_memory_usage_bytes * 2")
        #expect((2 / cpu).expression.description == "2 / worker_cpu_usage_percent")
        #expect(
            (cpu > 70).and(memory >= 512).or(cpu < 1).unless(memory != cpu).expression.description
                == "(worker_cpu_usage_percent > 70 and worker_memory_usage_bytes >= 512 or worker_cpu_usage_percent < 1)"
                + " unless worker_memory_usage_bytes != worker_cpu_usage_percent")
        #expect(
            cpu.and(Queue.depth.series.value == 0, on: .service, .instance).expression.description
                == "worker_cpu_usage_percent and on (service, instance) queue_depth == 0")
    }

    @Test func `sums per target of different metrics can be combined`() {
        let ratio =
            Notifications.failures.series.rate(over: .minutes(5)).sum(perTarget: .instance)
            / (Notifications.delivered.series.rate(over: .minutes(5)).sum(perTarget: .instance) > 0)
        #expect(ratio.expression.findings(in: .rule(scrapeInterval: .seconds(15))) == [])
        #expect(ratio.expression.resultLabels == ["instance"])
    }

    @Test func `keys of series are those of the target and the declaration's own`() {
        typealias Key = SeriesKey<QueueStateLabels.Key>
        #expect(Key.allCases.map(\.rawValue) == ["job", "service", "instance", "state"])
        #expect(Key(rawValue: "service") == .service)
        #expect(Key(rawValue: "state") == .label(.state))
        #expect(Key(rawValue: "channel") == nil)
    }

    @Test func `selectors are found wherever they stand`() {
        let query =
            (Notifications.failures.series.rate(over: .rateInterval).sum()
            / (Notifications.delivered.series.rate(over: .rateInterval).sum() > 0)).expression
        #expect(query.selectors.map(\.name) == ["notification_delivery_failures_total", "notifications_delivered_total"])
    }
}
