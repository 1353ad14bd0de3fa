import ApusLint
import ApusPromQL
import Testing

@Suite struct `Linting of rule files` {
    private static let good = """
        groups:
          - name: shop
            interval: 30s
            rules:
              - record: job:requests:rate5m
                expr: sum by (job) (rate(requests_total[5m]))
              - alert: TooMany
                expr: job:requests:rate5m > 5
                for: 5m
                labels:
                  severity: high
                annotations:
                  summary: "{{ $labels.job }} has {{ $value | humanize }}"
        """

    @Test func `a good file has no finding`() {
        let report = Linting.report([("f", Self.good)])
        #expect(report.findings == [])
        #expect(report.summary == "1 file, 2 rules, 0 dashboards, 2 expressions: 0 errors, 0 warnings")
    }

    /// What is replaced in the good file, by what, and what is found where.
    static let faults: [(String, String, [String])] = [
        ("rate(requests_total[5m])", "rate(requests_total[5m)", ["6:51: syntax"]),
        ("rate(requests_total[5m])", "rate(queue_depth[5m])", ["6:34: rateOfGauge"]),
        (
            "job:requests:rate5m > 5", "max by (queue) (job:requests:rate5m) > 5",
            ["8:15: missingLabel", "13:24: missingTemplateLabel"]
        ),
        ("$labels.job", "$labels.queue", ["13:24: missingTemplateLabel"]),
        ("severity: high", "severity: \"{{ $value }}\"", ["11:25: changingLabel"]),
        ("severity: high", "team: a", ["7:16: missingSeverity"]),
        ("for: 5m", "for: 45s", ["9:14: shortFor"]),
        ("for: 5m", "for: soon", ["9:14: malformedRule"]),
        ("interval: 30s", "interval: often", ["3:15: malformedRule"]),
        ("record: job:requests:rate5m", "record: 5xx rate", ["5:17: malformedRule"]),
        ("alert: TooMany", "name: TooMany", ["7:9: malformedRule"]),
        ("alert: TooMany", "alert: TooMany\n        record: a", ["7:9: malformedRule", "10:14: malformedRule"]),
        ("expr: job:requests:rate5m > 5", "query: x", ["7:9: malformedRule"]),
        ("name: shop", "title: shop", ["2:5: malformedRule"]),
        ("job:requests:rate5m > 5", "job:requests:rate5m > bool 5", ["8:15: unconditionalAlert"]),
    ]

    @Test(arguments: faults) func `a fault is found at its line and column`(old: String, new: String, found: [String]) throws {
        let text = try Self.replacing(old, new)
        #expect(Linting.kinds(text).filter { !$0.hasSuffix("missingSeverity") || found.contains($0) } == found)
    }

    private static func replacing(_ old: String, _ new: String) throws -> String {
        let place = try #require(good.ranges(of: old).first)
        var text = good
        text.replaceSubrange(place, with: new)
        return text
    }

    @Test(arguments: [
        ("'sum(rate(queue_depth[5m]))'", "4:25"), ("\"sum(rate(queue_depth[5m]))\"", "4:25"),
        ("|\n          sum(\n            rate(queue_depth[5m])\n          )", "6:18"),
        ("|-\n          # a comment\n\n          sum(rate(queue_depth[5m]))", "7:20"),
    ])
    func `places are those of the file`(expression: String, place: String) {
        let text = "groups:\n  - name: g\n    rules:\n      - expr: \(expression)\n        record: a:b\n"
        #expect(Linting.kinds(text) == ["\(place): rateOfGauge"])
    }

    @Test func `in a folded block the value is named and the place in the expression`() {
        let text = "groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: >\n      sum(\n      rate(queue_depth[5m]))\n"
        let found = Linting.findings(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("5:11: error: queue_depth[5m] is a gauge") == true)
        #expect(found.first?.hasSuffix("(expression 1:11)") == true)
    }

    @Test func `rules of other files are known, in any order`() {
        let user = "groups: [{name: a, rules: [{record: 'x:y', expr: 'sum by (queue) (job:requests:rate5m)'}]}]"
        let report = Linting.report([("user", user), ("maker", Self.good)])
        #expect(report.findings.map(\.kind) == ["missingLabel"])
        #expect(report.findings.first?.file == "user")
    }

    @Test func `objects of Kubernetes and several documents are read`() {
        let indented = Self.good.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(
            separator: "\n"
        )
        .replacing("[5m])", with: "[5m]")
        let text = """
            apiVersion: v1
            kind: Service
            metadata: {name: x}
            ---
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            spec:
            \(indented)
            ---
            """
        #expect(Linting.kinds(text) == ["13:55: syntax"])
    }

    @Test func `an alert that stands twice and a group that stands twice are found`() {
        let alert = "{alert: A, expr: queue_depth > 1, labels: {severity: low}}"
        let text = "groups:\n- name: g\n  rules:\n  - \(alert)\n  - \(alert)\n- name: g\n  rules: []\n"
        #expect(Linting.kinds(text) == ["5:13: duplicateRule", "6:9: duplicateRule"])
    }

    @Test func `alerts of Grafana are parsed with its variables`() {
        let text = """
            apiVersion: 1
            groups:
              - name: g
                rules:
                  - uid: a
                    data:
                      - refId: A
                        datasourceUid: prometheus
                        model: {expr: "rate(requests_total[$__rate_interval]"}
                      - refId: B
                        datasourceUid: __expr__
                        model: {type: threshold, expression: A}
            """
        #expect(Linting.kinds(text) == ["9:65: syntax"])
    }

    @Test func `windows are held against the scrape interval`() {
        var settings = Linting.settings
        settings.scrapeInterval = .seconds(60)
        settings.evaluationInterval = .seconds(60)
        let text = "groups: [{name: a, rules: [{record: 'x:y', expr: 'sum(rate(requests_total[2m]))'}]}]"
        #expect(Linting.kinds(text, settings) == ["1:60: windowTooShort"])
    }

    @Test func `aliases and merged mappings are followed`() {
        let text = """
            groups:
              - name: g
                rules:
                  - &base
                    alert: A
                    expr: rate(queue_depth[5m]) > 1
                    labels: {severity: low}
                  - <<: *base
                    alert: B
                    expr: rate(requests_total[5m]) > 1
                  - <<: [*base]
                    alert: C
            """
        #expect(Linting.kinds(text) == ["6:20: rateOfGauge"])
    }

    @Test func `with syntax alone nothing else is said`() {
        var settings = Linting.settings
        settings.isSyntaxOnly = true
        let text = "groups: [{name: a, rules: [{alert: a, expr: 'rate(queue_depth[5m])'}, {alert: b, expr: 'a b'}]}]"
        #expect(Linting.kinds(text, settings) == ["1:91: syntax"])
    }

    @Test func `a metric that is not known is an error only where that is asked`() {
        let text = "groups: [{name: a, rules: [{record: 'x:y', expr: 'request_total'}]}]"
        #expect(Linting.findings(text) == [])
        var settings = Linting.settings
        settings.reportsUnknownMetrics = true
        #expect(
            Linting.findings(text, settings)
                == ["1:51: error: no metric request_total is declared: did you mean requests_total?"])
    }
}
