import ApusLint
import ApusText
import Testing

/// Each template is held against what promtool says of it, where it knows the same functions.
@Suite struct `Linting of templates` {
    /// `column: kind` of what is found in a template, whose first character has column 1.
    private func found(_ template: String, in section: String = "annotations") -> [String] {
        let text = """
            groups:
              - name: g
                rules:
                  - alert: A
                    expr: rate(requests_total[5m]) > 5
                    labels: {severity: high}
                    annotations:
                      text: '\(template.replacing("'", with: "''"))'
            """
        return Linting.report([("f", text)]).findings.map { "\($0.place.column - 17): \($0.kind)" }
    }

    static let sound = [
        "{{ $labels.code }} at {{ $value }}, {{$value|humanize}}", "{{ $x := 5 }}{{ $x }}",
        #"{{ printf "%.2f of %s" $value $labels.code }}"#, "{{ $externalLabels.cluster }} {{ $externalURL }}",
        #"{{ with query "up" }}{{ . | first | value | humanizePercentage }}{{ end }}"#,
        #"{{ with $r := query "up" }}{{ $r | first | label "job" }}{{ else }}none{{ end }}"#,
        #"{{ range $i, $e := query "up" }}{{ $i }}: {{ $e.Labels.job }} {{ $e.Value }}{{ end }}"#,
        #"{{ range query "up" | sortByLabel "job" }}{{ .Labels.job }}{{ end }}"#,
        "{{ if and (gt $value 5.0) (ne $labels.code `500`) }}a{{ else if eq $value 1e3 }}b{{ else }}c{{ end }}",
        "{{- /* a comment with $nothing */ -}} text {{- $value -}}", #"{{ "a {{ quoted }} $text" }}"#,
        #"{{ reReplaceAll "(.*):\\d+" "$1" $labels.instance }}"#, "{{ $x := 1 }}{{ $x = 2 }}{{ $x }}",
        "{{ $ }} {{ .Labels.code }}",
        #"{{ define "t" }}{{ . }} {{ $ }}{{ end }}{{ template "t" $value }}"#, "no template, } and { and $x",
        "{{ $value | humanizeTimestamp | toUpper | title }} {{ externalURL }}{{ pathPrefix }}",
        "{{ not true }} {{ len $labels.code }}",
        "{{ stripPort $labels.instance }} {{ parseDuration `5m` }}",
    ]

    @Test(arguments: sound) func `a sound template has no finding`(template: String) { #expect(found(template) == []) }

    static let faulty: [(String, [String])] = [
        ("{{ $value | humanizePercent }}", ["13: unknownTemplateFunction"]),
        ("{{ $lables.instance }}", ["4: unknownTemplateVariable"]),
        ("{{ $labels.code }} {{ $val }}", ["23: unknownTemplateVariable"]),
        (#"{{ tmpl "x" $value }}"#, ["4: unknownTemplateFunction"]),
        ("{{ if $value }}{{ $x := 1 }}{{ end }}{{ $x }}", ["41: unknownTemplateVariable"]),
        (#"{{ define "t" }}{{ $value }}{{ end }}"#, ["20: unknownTemplateVariable"]),
        ("{{ $x = 2 }}", ["4: unknownTemplateVariable"]), ("{{ $value", ["1: malformedTemplate"]),
        ("{{ if $value }}a", ["1: malformedTemplate"]), ("a{{ end }}", ["2: malformedTemplate"]),
        ("{{ $value > 5 }}", ["11: malformedTemplate"]), (#"{{ printf "%d }}"#, ["11: malformedTemplate"]),
        ("{{ toupper $labels.code | humanise }}", ["4: unknownTemplateFunction", "27: unknownTemplateFunction"]),
    ]

    @Test(arguments: faulty) func `what Prometheus refuses is an error at its place`(template: String, found: [String]) {
        #expect(self.found(template) == found)
    }

    @Test func `a finding says what to write instead`() {
        func message(_ template: String) -> String {
            Linting.findings("groups: [{name: g, rules: [{alert: A, expr: up, annotations: {a: '\(template)'}}]}]")
                .first { $0.contains("Prometheus") } ?? ""
        }
        #expect(
            message("{{ $value | humanizePercent }}").hasSuffix(
                "error: Prometheus has no template function humanizePercent, and refuses the template: did you mean humanizePercentage?"
            ))
        #expect(
            message("{{ $lables.x }}").hasSuffix(
                "no variable $lables, and Prometheus refuses the template: did you mean $labels?"))
        #expect(message("{{ $nothing }}").hasSuffix("write one of $labels, $externalLabels, $externalURL, $value"))
    }

    @Test func `templates of Grafana's alerts are left to Grafana`() {
        let text = """
            groups:
              - name: g
                rules:
                  - grafana_alert: {data: [{refId: A, datasourceUid: p, model: {expr: 'rate(requests_total[5m])'}}]}
                    alert: A
                    labels: {severity: a}
                    annotations: {a: '{{ $values.A.Value }}'}
            """
        #expect(Linting.kinds(text) == [])
    }
}
