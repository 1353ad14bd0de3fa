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
    /// `for` shorter than two evaluations.
    case shortFor
    case duplicatePanel
    case panelLayout
    case undefinedVariable
    case illegalUID
}
