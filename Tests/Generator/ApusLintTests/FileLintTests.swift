import ApusLint
import ApusPromQL
import ApusText
import Testing

@Suite struct `Linting of any file` {
    /// What cannot be read, and where and why.
    static let unreadable: [(String, String)] = [
        ("{\"panels\": [}", "1:13: error: } stands where a value is expected"),
        ("{\"panels\": [1, 2", "1:17: error: the text ends where a comma or ] is expected"),
        ("{\n\"a\": \"b\n\"}", "2:8: error: a control character stands in a string"),
        ("{\"a\": \"\\q\"}", "1:8: error: no escape of JSON"),
        ("{\"a\": 1} x", "1:10: error: something follows the end"),
        ("groups:\n  - name: {{ .Values.name }}\n", "2:"),
        ("{{- if .Values.rules }}\ngroups: []\n{{- end }}", "1:"),
        ("{% for x in y %}\ngroups: []\n{% endfor %}\n", "1:"),
        ("groups: []\ngroups: []\n", "1:"),
        ("groups:\n\t- a\n", "2:"),
        ("a: 1\n", "1:1: error: the file holds neither rules of Prometheus nor a dashboard"),
        ("just text", "1:1: error: the file holds neither rules"),
        ("", "1:1: error: the file holds neither rules"),
        (String(repeating: "[", count: 100_000), "1:401: error: more than 400 arrays and objects within one another"),
    ]

    @Test(arguments: unreadable) func `a file that cannot be read is one error with its place`(text: String, start: String) {
        let found = Linting.findings(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(start) == true, "\(found)")
    }

    @Test func `a template is told from a broken file`() {
        #expect(Linting.findings("groups:\n  - name: {{ .Values.name }}\n").first?.contains("the file is a template") == true)
        #expect(Linting.findings("{{ range .x }}\n{{ end }}").first?.contains("the file is a template") == true)
        #expect(Linting.findings("{% for x in y %}\ngroups: []\n").first?.contains("the file is a template") == true)
        let text = "groups: [{name: a, rules: [{record: b, expr: 'rate(x{a=\"b\",{{ more }}}[5m])'}]}]"
        #expect(Linting.findings(text).first?.contains("render the template first") == true)
    }

    @Test func `it does not stop the others`() {
        let good = "groups: [{name: a, rules: [{record: 'x:y', expr: 'rate(queue_depth[5m])'}]}]"
        let report = Linter(Linting.settings).report(on: [
            LintFile(path: "bytes", bytes: [0x61, 0x0A, 0xFF, 0xFE]), LintFile(path: "gone", unreadable: "no such file"),
            LintFile(path: "good", bytes: Array(good.utf8)),
        ])
        #expect(
            report.findings.map { "\($0.file):\($0.place) \($0.kind)" } == [
                "bytes:2:1 unreadable", "gone:1:1 unreadable", "good:1:56 rateOfGauge",
            ])
        #expect(report.errors == 3)
    }

    @Test func `other files of a folder are counted and left alone`() {
        let report = Linter(Linting.settings).report(on: [
            LintFile(path: "a", bytes: Array("a: 1".utf8), isNamed: false),
            LintFile(path: "b", bytes: Array("scrape_configs: []".utf8)),
            LintFile(path: "c", bytes: Array("apiVersion: v1\nkind: Service\n".utf8)),
        ])
        #expect(report.findings == [])
        #expect(report.otherFiles == 1)
    }

    @Test func `columns of a file on one line are counted in characters`() {
        let rules = (0..<2000).map { "{record: 'é:\($0)', expr: 'up'}" }.joined(separator: ", ")
        let text = "groups: [{name: a, rules: [\(rules), {record: x, expr: 'rate(queue_depth[5m])'}]}]"
        let place = Linting.report([("f", text)]).findings.first { $0.kind == "rateOfGauge" }?.place
        let before = text.prefix(upTo: text.firstRange(of: "queue_depth")?.lowerBound ?? text.startIndex)
        #expect(place == TextPlace(line: 1, column: before.count + 1))
    }

    @Test func `aliases that stand for too much are refused`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }
        #expect(Linting.findings(text).first?.contains("aliases") == true)
    }
}
