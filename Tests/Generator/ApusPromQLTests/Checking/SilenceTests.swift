import ApusMetrics
import ApusPromQL
import Testing

@Suite struct `Silence about correct expressions` {
    /// In one's own rules.
    static let correct = [
        "rate(requests_total[5m])", "sum by (job, route) (rate(requests_total[5m]))", "queue_depth{queue=~\"a|b\"} > 5",
        "increase(requests_total{code=~\"5..\"}[1h])", "irate(requests_total[1m])", "resets(requests_total[1d])",
        "changes(queue_depth[1h])", "absent(requests_total{job=\"a\"})", "count by (job) (requests_total)",
        "count_values(\"value\", queue_depth)", "timestamp(requests_total)", "present_over_time(requests_total[5m])",
        "group by (job) (requests_total)", "delta(queue_depth[5m])", "deriv(queue_depth[5m])",
        "predict_linear(disk_free_bytes[6h], 4 * 3600) < 0",
        "histogram_quantile(0.99, sum by (le, job) (rate(request_seconds_bucket[5m])))",
        "histogram_quantile(0.99, rate(request_seconds_bucket[5m]))",
        "histogram_quantile(0.99, sum by (job) (rate(page_seconds[5m])))", "histogram_count(rate(page_seconds[5m]))",
        "rate(request_seconds_sum[5m]) / (rate(request_seconds_count[5m]) > 0)",
        "sum by (job) (rate(errors_total[5m])) / (sum by (job) (rate(requests_total[5m])) > 0) > 0.05",
        "sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) and sum(rate(requests_total[5m])) > 0",
        "sum(rate(errors_total[5m])) / clamp_min(sum(rate(requests_total[5m])), 1)",
        "sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]) > 0)",
        "memory_bytes / (memory_limit_bytes > 0) > 0.9", "memory_bytes / count without (queue) (queue_depth)",
        "memory_bytes * on (job, instance) group_left (version) build_info", "memory_bytes / on (job, instance) build_info",
        "queue_depth - queue_depth offset 1h", "orders_sent_total - orders_paid_total",
        "max_over_time(orders_sent_total[1h]) - min_over_time(orders_sent_total[1h])",
        "up == 0", "up{job=\"a\"} == 0", "scrape_duration_seconds > 10", "ALERTS{alertstate=\"firing\", severity=\"page\"}",
        "sum(queue_depth) or vector(0)", "max by (service) (up) * on (service) group_right sum by (service, job) (queue_depth)",
        "queue_depth unless on (job, instance) up == 0", "label_replace(up, \"host\", \"$1\", \"instance\", \"(.*):.*\")",
        "sum by (host) (label_replace(up, \"host\", \"$1\", \"instance\", \"(.*):.*\"))",
        "max by (ab) (label_join(queue_depth, \"ab\", \",\", \"job\", \"queue\"))",
        "sum by (v) (count_values by (job) (\"v\", queue_depth))", "avg_over_time(queue_depth[1h:1m])",
        "max_over_time(rate(requests_total[5m])[1h:1m])", "mode{mode=\"on\"} == 1", "time() - timestamp(up) > 60",
        "quantile_over_time(0.9, queue_depth[1h])", "topk(5, queue_depth)", "queue_depth{queue=\"\"}",
        "avg without (instance) (queue_depth) > 1.5 * avg without (instance) (queue_depth offset 1d)",
        "(1 - 0.999) * 14.4 < sum(rate(errors_total[1h]))", "requests_created", "{__name__=\"queue_depth\", queue=\"a\"}",
        "disk_free_bytes / on (job, instance, service, device) (disk_size_bytes > 0)",
        "max by (job) (queue_depth) / on (job) max by (job) (memory_bytes > 0)",
        "absent(queue_depth{queue=\"a\"}) or absent(memory_bytes{job=\"a\"}) or absent_over_time(memory_bytes[5m])",
    ]

    @Test(arguments: correct) func `a correct rule has no finding`(expression: String) throws {
        #expect(try findings(expression.replacing("requests_created", with: "requests_created"), .ownRule) == [])
    }

    /// In other people's, whose metrics are not declared.
    static let foreign = [
        "foo_total > 5", "rate(foo[5m])", "delta(foo_total[5m])", "foo{a=\"1\"} / bar{a=\"1\"}", "foo / on (x) bar",
        "sum by (x) (foo) / sum by (x) (bar)", "foo * on (x) group_left (y) bar_info", "foo or sum(bar)",
        "histogram_quantile(0.9, sum by (job) (rate(foo[5m])))", "histogram_quantile(0.9, sum by (le) (rate(foo_bucket[5m])))",
        "sum by (job) (foo) unless sum by (job) (bar)", "foo{x!=\"\"} and on (x) bar", "avg_over_time(foo[30s])",
        "sum by (a) (foo) / on (a) group_left sum by (a, b) (bar)", "rate(foo_sum[5m]) / rate(foo_count[5m]) > 1",
        "count(count by (x) (foo))", "vector(1)",
        "foo{x=~\"a.*\", x!~\"ab\"}", "foo{x=~\"^(a|b)$\", y=~\"[0-9]+\\\\.x\"}",
        "rate(foo[5m]) / ignoring (x) group_left rate(bar[5m]) > 0",
        "(foo and bar) == 1", "node:foo:ratio", "sum without (x) (foo)",
    ]

    @Test(arguments: foreign) func `what is not known is not judged`(expression: String) throws {
        for context in [CheckContext.foreignRule, .foreignAlert] {
            #expect(try findings(expression, context, SeriesDeclarations()).filter { !$0.hasPrefix("unconditional") } == [])
        }
    }

    /// What is certain without any declaration.
    static let certain: [(String, String)] = [
        ("max by (a) (sum by (b) (foo))", "missingLabel warning: max by (a) (sum by (b) (foo))"),
        ("sum(foo) / foo{job=\"a\"} > 1", "neverMatches error: sum(foo) / foo{job=\"a\"}"),
        ("foo{x=\"1\"} / foo{x=\"2\"} > 1", "neverMatches error: foo{x=\"1\"} / foo{x=\"2\"}"),
        (
            "sum by (a) (foo) and on (b) bar{b=\"1\"}",
            "neverMatches error: sum by (a) (foo) and on (b) bar{b=\"1\"}"
        ),
        (
            "histogram_quantile(0.9, sum by (job) (rate(foo_bucket[5m])))",
            "missingBuckets error: sum by (job) (rate(foo_bucket[5m]))"
        ),
        ("histogram_quantile(99, rate(foo_bucket[5m])) > 1", "parameterOutOfRange error: 99"),
        ("foo{x=~\"*\"}", "invalidPattern error: foo{x=~\"*\"}"),
        ("foo{x=~\"(a\"}", "invalidPattern error: foo{x=~\"(a\"}"),
        ("rate(sum(foo)[5m:])", "rateOfSum warning: sum(foo)[5m:]"),
    ]

    @Test(arguments: certain) func `what is certain without declarations is said`(expression: String, finding: String) throws {
        #expect(try findings(expression, .foreignRule, SeriesDeclarations()) == [finding])
    }

    @Test func `a thousand operations on one another are checked`() throws {
        let text = Array(repeating: "queue_depth", count: 999).joined(separator: " + ")
        #expect(try findings(text, .ownRule) == [])
    }
}
