import ApusPromQL
import ApusText

/// Gathers what is found in one file.
struct FindingCollector {
    let file: String
    private(set) var findings: [LintFinding] = []

    init(file: String) { self.file = file }

    /// Notes what is wrong with a value, or a byte of its text.
    mutating func note(
        _ kind: LintKind, _ severity: PromQLFinding.Severity, at node: DocumentNode, offset: Int? = nil, in source: SourceText,
        _ message: String
    ) {
        let place = source.place(in: node, at: offset).place
        append(
            LintFinding(
                file: file, place: place, placeInExpression: nil, severity: severity, kind: kind.rawValue, message: message))
    }

    mutating func note(unreadable error: DocumentError, in source: SourceText) {
        append(
            LintFinding(
                file: file, place: source.place(ofByte: error.offset).place, placeInExpression: nil, severity: .error,
                kind: LintKind.unreadable.rawValue, message: error.message))
    }

    mutating func note(_ error: PromQLSyntaxError, in expression: LintExpression) {
        let (place, inner) = expression.place(at: error.offset)
        let hint = expression.text.contains("{{") || expression.text.contains("{%") ? ": render the template first" : ""
        append(
            LintFinding(
                file: file, place: place, placeInExpression: inner, severity: .error, kind: LintKind.syntax.rawValue,
                message: error.message + hint))
    }

    mutating func note(_ finding: PromQLFinding, in expression: LintExpression) {
        note(finding.kind.rawValue, finding.severity, at: finding.position.lowerBound, in: expression, finding.message)
    }

    /// Notes what is wrong at a byte of an expression.
    mutating func note(
        _ kind: LintKind, _ severity: PromQLFinding.Severity, at byte: Int, in expression: LintExpression, _ message: String
    ) {
        note(kind.rawValue, severity, at: byte, in: expression, message)
    }

    private mutating func note(
        _ kind: String, _ severity: PromQLFinding.Severity, at byte: Int, in expression: LintExpression, _ message: String
    ) {
        let (place, inner) = expression.place(at: byte)
        append(
            LintFinding(
                file: file, place: place, placeInExpression: inner, severity: severity, kind: kind, message: message))
    }

    private mutating func append(_ finding: LintFinding) { findings.append(finding) }

    /// The findings by place, each once.
    var sorted: [LintFinding] {
        var seen: Set<LintFinding> = []
        return findings.filter { seen.insert($0).inserted }.enumerated().sorted { left, right in
            let one = left.element.place
            let other = right.element.place
            return (one.line, one.column, left.offset) < (other.line, other.column, right.offset)
        }.map(\.element)
    }
}
