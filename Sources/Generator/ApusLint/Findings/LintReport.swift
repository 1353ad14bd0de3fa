import ApusPromQL

/// What linting found in all files, and what it looked at.
public struct LintReport: Sendable {
    /// The findings in the order of the files, and in each in the order of places.
    public internal(set) var findings: [LintFinding] = []
    public internal(set) var files = 0
    public internal(set) var rules = 0
    public internal(set) var dashboards = 0
    public internal(set) var expressions = 0
    /// Queries that are not for Prometheus, by the type of their datasource.
    public internal(set) var skipped: [String: Int] = [:]
    /// Files that hold neither rules nor dashboards.
    public internal(set) var otherFiles = 0

    public var errors: Int { findings.count { $0.severity == .error } }
    public var warnings: Int { findings.count { $0.severity == .warning } }

    /// What was looked at and found, in a line.
    public var summary: String {
        var text =
            "\(Self.count(files, "file")), \(Self.count(rules, "rule")), \(Self.count(dashboards, "dashboard")), "
            + "\(Self.count(expressions, "expression")): \(Self.count(errors, "error")), \(Self.count(warnings, "warning"))"
        if !skipped.isEmpty {
            let kinds = skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) of \($0.key)" }
            text += "; skipped \(Self.count(skipped.values.reduce(0, +), "query", "queries")): \(kinds.joined(separator: ", "))"
        }
        if otherFiles > 0 { text += "; \(Self.count(otherFiles, "file")) with neither rules nor dashboards" }
        return text
    }

    private static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }
}
