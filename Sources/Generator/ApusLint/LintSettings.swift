public import ApusPromQL

/// How files are judged.
public struct LintSettings: Sendable {
    /// Whether expressions are only parsed, and nothing else is looked at.
    public var isSyntaxOnly = false
    /// The series that are known; recording rules of the linted files come on top.
    public var declarations: SeriesDeclarations
    /// Whether a metric that nothing declares is an error.
    public var reportsUnknownMetrics = false
    public var scrapeInterval: Duration?
    /// Of rules whose group names none.
    public var evaluationInterval: Duration?

    public init(declarations: SeriesDeclarations = SeriesDeclarations()) { self.declarations = declarations }
}
