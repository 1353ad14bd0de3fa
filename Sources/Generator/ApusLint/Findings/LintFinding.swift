public import ApusPromQL
public import ApusText

/// What is wrong in a file, and where.
public struct LintFinding: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// The place in the file: of the very character where that can be told, else of the value that it stands in.
    public let place: TextPlace
    /// The place in the expression, where the file's place is only that of the value.
    public let placeInExpression: TextPlace?
    public let severity: PromQLFinding.Severity
    /// The kind, for counting: a checker's kind, `syntax`, or one of the kinds of the file.
    public let kind: String
    /// What is wrong, and the remedy.
    public let message: String

    public var description: String {
        let inner = placeInExpression.map { " (expression \($0))" } ?? ""
        return "\(file):\(place): \(severity.rawValue): \(message)\(inner)"
    }
}

/// What linting finds beside what the checker of expressions does.
enum LintKind: String, CaseIterable {
    /// A file that is neither YAML nor JSON, or holds neither rules nor dashboards.
    case unreadable
    /// An expression that does not parse.
    case syntax
    /// A rule without what every rule has, or with what none can have.
    case malformedRule
    case duplicateRule
    case missingSeverity
    /// `{{ $value }}` in a label.
    case changingLabel
    /// A label in a template that the alert does not have.
    case missingTemplateLabel
    /// A template that is no template of Go's.
    case malformedTemplate
    case unknownTemplateFunction
    case unknownTemplateVariable
    /// `for` shorter than two evaluations.
    case shortFor
    case duplicatePanel
    case panelLayout
    case undefinedVariable
    case illegalUID
}
