import ApusLint
import ApusPromQL
import ApusText
import Testing

@Suite struct `Linting of dashboards` {
    private func dashboard(_ panels: String, templating: String = "[]", more: String = "") -> String {
        "{\"title\": \"t\", \"templating\": {\"list\": \(templating)}\(more), \"panels\": [\n\(panels)\n]}"
    }

    private func panel(_ expression: String, datasource: String = "null") -> String {
        "{\"id\": 1, \"type\": \"timeseries\", \"datasource\": \(datasource), \"targets\": [{\"expr\": \"\(expression)\"}]}"
    }

    @Test func `a place behind escapes is exact`() throws {
        let text = dashboard(panel("queue_depth{queue=\\\"é\\\"} - \\n  rate(queue_depth[$__rate_interval])"))
        let found = Linting.report([("f", text)]).findings
        #expect(found.map(\.kind) == ["rateOfGauge"])
        let line = text.split(separator: "\n")[1]
        let place = try #require(found.first).place
        #expect(place.line == 2)
        #expect(String(line.dropFirst(place.column - 1)).hasPrefix("queue_depth[$__rate_interval]"))
    }

    @Test(arguments: [
        ("\"loki\"", 0), ("{\"type\": \"loki\", \"uid\": \"x\"}", 0), ("\"$logs\"", 0), ("{\"uid\": \"${logs}\"}", 0),
        ("{\"type\": \"prometheus\", \"uid\": \"x\"}", 1), ("\"$metrics\"", 1), ("\"Prometheus\"", 1), ("null", 1),
        ("{\"type\": \"datasource\", \"uid\": \"-- Mixed --\"}", 1), ("\"-- Mixed --\"", 1), ("\"${DS_LOGS}\"", 0),
        ("\"${DS_METRICS}\"", 1), ("{\"type\": \"datasource\", \"uid\": \"grafana\"}", 0), ("7", 1),
    ])
    func `queries of other datasources are left alone`(datasource: String, count: Int) {
        let templating = """
            [{"name": "logs", "type": "datasource", "query": "loki"}, {"name": "metrics", "type": "datasource", "query": "prometheus"}]
            """
        let inputs = """
            , "__inputs": [{"name": "DS_LOGS", "pluginId": "loki"}, {"name": "DS_METRICS", "pluginId": "prometheus"}]
            """
        let text = dashboard(panel("sum(", datasource: datasource), templating: templating, more: inputs)
        #expect(Linting.kinds(text).filter { $0.hasSuffix("syntax") }.count == count)
    }

    @Test func `queries for logs without a datasource are skipped and counted`() {
        let report = Linting.report([("f", dashboard(panel("count_over_time({job=\\\"x\\\"} |= \\\"e\\\" [5m])")))])
        #expect(report.findings == [])
        #expect(report.skipped == ["loki": 1])
        #expect(report.summary.hasSuffix("skipped 1 query: 1 of loki"))
    }

    /// Shapes of many years, each with one expression that does not parse.
    static let shapes = [
        #"{"rows": [{"panels": [{"targets": [null, {"refId": "A"}, {"expr": ""}, {"expr": "sum("}]}, null]}, {}]}"#,
        #"{"panels": [{"type": "row", "collapsed": true, "panels": [{"targets": [{"expr": "sum("}]}]}]}"#,
        #"{"dashboard": {"panels": [{"targets": [{"expr": "sum("}]}]}, "meta": {}}"#,
        #"{"apiVersion": "dashboard.grafana.app/v1beta1", "kind": "Dashboard", "spec": {"panels": [{"targets": [{"expr": "sum("}]}]}}"#,
        #"{"kind": "Dashboard", "apiVersion": "dashboard.grafana.app/v2beta1", "spec": {"elements": {"panel-1": {"kind": "Panel", "spec": {"id": 1, "data": {"kind": "QueryGroup", "spec": {"queries": [{"kind": "PanelQuery", "spec": {"query": {"kind": "DataQuery", "group": "prometheus", "spec": {"expr": "sum("}}}}, {"kind": "PanelQuery", "spec": {"query": {"kind": "DataQuery", "group": "loki", "spec": {"expr": "{a"}}}}]}}}}}}}"#,
        #"{"title": "v2", "elements": {"a": {"kind": "Panel", "spec": {"data": {"spec": {"queries": [{"spec": {"query": {"kind": "prometheus", "spec": {"expr": "sum("}}}}]}}}}}}"#,
        #"{"model": {"type": "graph", "targets": [{"expr": "sum("}]}, "kind": 1}"#,
        #"[{"panels": [{"targets": [{"expr": "sum("}]}]}]"#,
        #"{"title": "t", "templating": {"list": [{"name": "x", "type": "query", "query": "label_values(sum(,job)"}]}}"#,
        #"{"title": "t", "templating": {"list": [{"name": "x", "type": "query", "query": {"query": "query_result(sum()"}}]}}"#,
        #"{"title": "t", "schemaVersion": 1, "annotations": {"list": [{"name": "x", "datasource": "p", "expr": "sum("}]}}"#,
    ]

    @Test(arguments: shapes) func `every shape of a dashboard is read`(text: String) {
        #expect(Linting.kinds(text).filter { $0.hasSuffix("syntax") }.count == 1)
        #expect(Linting.kinds("\u{FEFF}" + text.replacing(", ", with: ",\r\n")).filter { $0.hasSuffix("syntax") }.count == 1)
    }

    @Test func `dashboards in a ConfigMap keep their lines`() {
        let text = """
            apiVersion: v1
            kind: ConfigMapList
            items:
              - apiVersion: v1
                kind: ConfigMap
                data:
                  a.json: |-
                    {
                      "panels": [{"targets": [{"expr": "rate(queue_depth[$__rate_interval])"}]}]
                    }
            """
        #expect(Linting.kinds(text) == ["9:50: rateOfGauge"])
    }

    @Test func `a variable that is not defined is found`() {
        let text = dashboard(
            panel("queue_depth{queue=~\\\"$queue|$other\\\", job=\\\"${job:regex}\\\", instance=~\\\"[[__range]]foo$\\\"}"),
            templating: "[{\"name\": \"queue\", \"type\": \"custom\"}, {\"name\": \"job\", \"type\": \"custom\"}]")
        let found = Linting.findings(text)
        #expect(found.count == 1)
        #expect(found.first?.contains("no variable other") == true)
    }

    @Test func `a variable can stand for an operator`() {
        let list = "[{\"name\": \"both\", \"type\": \"custom\", \"current\": {\"value\": \"or\"}}]"
        #expect(Linting.findings(dashboard(panel("max(up) $both on () max(up)"), templating: list)) == [])
        let rate = dashboard(panel("max(up) ${both:raw} on () rate(queue_depth[$__range])"), templating: list)
        #expect(Linting.kinds(rate) == ["2:74: rateOfGauge"])
        #expect(Linting.kinds(dashboard(panel("max(up) $both on () max("), templating: list)).count == 1)
    }

    @Test func `a capture group is no variable`() {
        let call = "label_replace(up, \\\"a\\\", \\\"$1 ${name}\\\", \\\"instance\\\", \\\"(?P<name>.*):(.*)\\\")"
        #expect(Linting.findings(dashboard(panel(call))) == [])
    }

    @Test func `fixed windows are said once a dashboard`() {
        let target = "{\"expr\": \"rate(requests_total[5m])\"}"
        let text = dashboard("{\"id\": 1, \"targets\": [\(target), \(target), \(target)]}")
        let found = Linting.findings(text)
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("(and 2 more in this dashboard)") == true)
    }

    @Test func `panels that share a number or a place are found`() {
        func box(_ id: Int, _ x: Int, _ y: Int, _ width: Int, _ more: String = "") -> String {
            "{\"id\": \(id), \"title\": \"p\(id)\", \"gridPos\": {\"x\": \(x), \"y\": \(y), \"w\": \(width), \"h\": 4}\(more)}"
        }
        let inner = [box(5, 0, 9, 12), box(6, 12, 9, 12)].joined(separator: ",")
        let good = [
            box(1, 0, 0, 12), box(2, 12, 0, 12), box(3, 0, 4, 24), box(4, 0, 8, 24, ", \"panels\": [\(inner)]"),
            box(7, 0, 12, 24),
        ]
        #expect(Linting.kinds(dashboard(good.joined(separator: ",\n"))) == [])
        let bad = [box(1, 0, 0, 12), box(2, 11, 3, 12), box(1, 13, 20, 12)]
        let found = Linting.kinds(dashboard(bad.joined(separator: ",\n")))
        #expect(found == ["3:37: panelLayout", "4:8: duplicatePanel", "4:37: panelLayout"])
    }

    @Test(arguments: [("ok-uid_1", 0), (String(repeating: "a", count: 41), 1), ("a b", 1), ("${uid}", 1)])
    func `a uid that Grafana refuses is found`(uid: String, count: Int) {
        #expect(Linting.kinds(dashboard("", more: ", \"uid\": \"\(uid)\"")).count == count)
    }
}
