import ApusLint
import ApusMetrics
import ApusPromQL

/// Findings in texts, as lines.
enum Linting {
    static let families = [
        MetricFamily(name: "requests_total", kind: .counter, help: "Requests.", labelNames: ["code"]),
        MetricFamily(name: "queue_depth", kind: .gauge, help: "Waiting.", labelNames: ["queue"]),
    ]

    static var settings: LintSettings { LintSettings(declarations: SeriesDeclarations(families)) }

    static func report(_ files: [(String, String)], _ settings: LintSettings = settings) -> LintReport {
        Linter(settings).report(on: files.map { LintFile(path: $0.0, bytes: Array($0.1.utf8)) })
    }

    /// `line:column: severity: message` for each finding in one file.
    static func findings(_ text: String, _ settings: LintSettings = settings) -> [String] {
        report([("f", text)], settings).findings.map { String($0.description.dropFirst(2)) }
    }

    /// `line:column: kind` for each.
    static func kinds(_ text: String, _ settings: LintSettings = settings) -> [String] {
        report([("f", text)], settings).findings.map { "\($0.place): \($0.kind)" }
    }
}
