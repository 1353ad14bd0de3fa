import ApusMetrics
import ApusPromQL
import ApusText
import Testing

@Suite struct `Findings in parsed expressions` {
    /// An expression of one's own rules, and its only finding.
    static let faulty: [(String, String)] = [
        ("sum(rate(request_total[5m]))", "unknownMetric error: request_total[5m]"),
        ("queue_depth{route=\"a\"} > 5", "missingLabel error: queue_depth{route=\"a\"}"),
        ("queue_depth{route!=\"a\"} > 5", "missingLabel error: queue_depth{route!=\"a\"}"),
        ("max(sum by (job, route) (queue_depth))", "missingLabel error: sum by (job, route) (queue_depth)"),
        ("max by (queue) (sum by (job) (queue_depth))", "missingLabel error: max by (queue) (sum by (job) (queue_depth))"),
        ("sum without (route) (queue_depth)", "missingLabel warning: sum without (route) (queue_depth)"),
        (
            "max by (queue) (sum without (queue) (queue_depth))",
            "missingLabel error: max by (queue) (sum without (queue) (queue_depth))"
        ),
        (
            "memory_bytes * on (instance) group_left (name) build_info",
            "missingLabel error: memory_bytes * on (instance) group_left (name) build_info"
        ),
        (
            "memory_bytes and on (queue) memory_limit_bytes",
            "missingLabel error: memory_bytes and on (queue) memory_limit_bytes"
        ),
        (
            "label_replace(memory_bytes, \"a\", \"$1\", \"queue\", \"(.*)\")",
            "missingLabel error: memory_bytes"
        ),
        ("absent(memory_bytes{queue=\"a\"})", "missingLabel error: memory_bytes{queue=\"a\"}"),
        ("requests_total > 5", "bareCounter error: requests_total"),
        ("sum by (job) (requests_total{code=\"500\"})", "bareCounter error: requests_total{code=\"500\"}"),
        ("max_over_time(requests_total[1h])", "bareCounter error: requests_total[1h]"),
        ("request_seconds_count * 2", "bareCounter error: request_seconds_count"),
        ("increase(queue_depth[5m])", "rateOfGauge error: queue_depth[5m]"),
        ("rate(build_info[5m])", "rateOfGauge error: build_info[5m]"),
        ("rate(mode{mode=\"on\"}[5m])", "rateOfGauge error: mode{mode=\"on\"}[5m]"),
        ("rate(rate(requests_total[5m])[10m:1m])", "rateOfGauge error: rate(requests_total[5m])[10m:1m]"),
        ("delta(requests_total[5m])", "gaugeFunctionOfCounter error: requests_total[5m]"),
        ("deriv(requests_total[5m])", "gaugeFunctionOfCounter error: requests_total[5m]"),
        ("predict_linear(requests_total[1h], 60)", "gaugeFunctionOfCounter error: requests_total[1h]"),
        ("rate(sum(requests_total)[5m:1m])", "rateOfSum error: sum(requests_total)[5m:1m]"),
        (
            "histogram_quantile(0.9, sum by (route) (rate(request_seconds_bucket[5m])))",
            "missingBuckets error: sum by (route) (rate(request_seconds_bucket[5m]))"
        ),
        ("histogram_quantile(0.9, rate(requests_total[5m]))", "missingBuckets error: rate(requests_total[5m])"),
        (
            "histogram_quantile(0.9, sum by (le) (request_seconds_bucket))",
            "quantileOfTotals error: sum by (le) (request_seconds_bucket)"
        ),
        ("histogram_quantile(95, rate(request_seconds_bucket[5m]))", "parameterOutOfRange error: 95"),
        ("quantile(1.5, queue_depth)", "parameterOutOfRange error: 1.5"),
        ("topk(0, queue_depth)", "parameterOutOfRange error: 0"),
        ("memory_bytes + queue_depth", "neverMatches error: memory_bytes + queue_depth"),
        ("sum(queue_depth) > queue_depth", "neverMatches error: sum(queue_depth) > queue_depth"),
        ("memory_bytes or sum(memory_bytes)", "neverMatches error: memory_bytes or sum(memory_bytes)"),
        (
            "absent(queue_depth{queue=\"a\"}) or memory_bytes",
            "neverMatches error: absent(queue_depth{queue=\"a\"}) or memory_bytes"
        ),
        (
            "memory_bytes * on (instance) sum by (job) (queue_depth)",
            "neverMatches error: memory_bytes * on (instance) sum by (job) (queue_depth)"
        ),
        (
            "queue_depth{queue=\"a\"} - queue_depth{queue=\"b\"}",
            "neverMatches error: queue_depth{queue=\"a\"} - queue_depth{queue=\"b\"}"
        ),
        (
            "memory_bytes{job=\"a\"} and on (job) queue_depth{job=\"b\"}",
            "neverMatches error: memory_bytes{job=\"a\"} and on (job) queue_depth{job=\"b\"}"
        ),
        (
            "disk_free_bytes * on (instance) disk_free_bytes",
            "manyToMany warning: disk_free_bytes * on (instance) disk_free_bytes"
        ),
        ("rate(requests_total[59s])", "windowTooShort error: requests_total[59s]"),
        ("max_over_time(queue_depth[1h:10s])", "stepTooShort warning: queue_depth[1h:10s]"),
        ("1 / memory_bytes", "unguardedDivision error: 1 / memory_bytes"),
        ("memory_bytes / (memory_limit_bytes > -1)", "unguardedDivision error: memory_bytes / (memory_limit_bytes > -1)"),
        ("memory_bytes / 0", "unguardedDivision error: memory_bytes / 0"),
        ("memory_bytes * (1 > bool 2)", "constantComparison warning: 1 > bool 2"),
        ("queue_depth{queue=\"a\", queue=\"b\"}", "contradictoryMatchers error: queue_depth{queue=\"a\", queue=\"b\"}"),
        (
            "queue_depth{queue=\"a\", queue=~\"b|c\"}",
            "contradictoryMatchers error: queue_depth{queue=\"a\", queue=~\"b|c\"}"
        ),
        ("queue_depth{queue=\"a\", queue!=\"a\"}", "contradictoryMatchers error: queue_depth{queue=\"a\", queue!=\"a\"}"),
        ("queue_depth{queue=~\"a(?!b)\"}", "invalidPattern error: queue_depth{queue=~\"a(?!b)\"}"),
        ("queue_depth{queue!~\".*\"}", "invalidPattern error: queue_depth{queue!~\".*\"}"),
        ("queue_depth{queue=~\"\"}", "invalidPattern warning: queue_depth{queue=~\"\"}"),
    ]

    @Test(arguments: faulty) func `a fault is found where it stands`(expression: String, finding: String) throws {
        let found = try findings(expression, .ownRule)
        #expect(found.contains(finding), "\(found)")
        // The division and the join of one operation may be at fault both, nothing else.
        #expect(Set(found).count <= (finding.hasPrefix("manyToMany") ? 2 : 1), "\(found)")
    }

    @Test func `a panel follows its zoom`() throws {
        #expect(try findings("rate(requests_total[5m])", .panel) == ["fixedWindowInPanel error: requests_total[5m]"])
        #expect(try findings("rate(requests_total[$__rate_interval])", .panel) == [])
        // A span that is meant, and functions that lose nothing by it.
        #expect(try findings("increase(requests_total[1d])", .panel) == [])
        #expect(try findings("max_over_time(queue_depth[5m])", .panel) == [])
    }

    @Test func `Grafana's variables have no place in a rule`() throws {
        let expression = try PromQLExpression(parsing: "rate(requests_total[$__rate_interval]) > $x", dialect: .grafana)
        let found = expression.findings(declarations: ShopFamilies.declarations, context: .ownRule)
        #expect(found.map(\.kind) == [.variableInRule, .variableInRule])
    }

    @Test func `an alert has a condition`() throws {
        #expect(try findings("queue_depth > bool 5", .ownAlert) == ["unconditionalAlert error: queue_depth > bool 5"])
        #expect(try findings("avg(queue_depth)", .ownAlert) == ["unconditionalAlert error: avg(queue_depth)"])
        for alert in ["vector(1)", "absent(queue_depth)", "queue_depth > 5", "queue_depth unless on () memory_bytes"] {
            #expect(try findings(alert, .ownAlert) == [])
        }
    }

    @Test func `the message names what is wrong and what to write`() throws {
        let text = "sum(\n  rate(request_totl[5m])\n)"
        let found = try #require(
            PromQLExpression(parsing: text).findings(declarations: ShopFamilies.declarations, context: .ownRule).first)
        #expect(found.place(in: text) == TextPlace(line: 2, column: 8))
        #expect(found.message == "no metric request_totl is declared: did you mean requests_total?")
        #expect(found.description == "error: no metric request_totl is declared: did you mean requests_total?")
    }

    @Test(
        arguments: [
            ("requests", "requests_total"), ("requests_totla", "requests_total"), ("queue_depht", "queue_depth"),
            ("memory", "memory_bytes"), ("orders_sent", "orders_sent_total"), ("queue_depth_total", "queue_depth"),
            ("request_second_bucket", "request_seconds_bucket"), ("entirely_different", nil), ("u", nil),
        ] as [(String, String?)])
    func `the nearest name is suggested`(name: String, like: String?) {
        #expect(ShopFamilies.declarations.nearest(to: name) == like)
    }
}
