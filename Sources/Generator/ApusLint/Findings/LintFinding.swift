public import ApusPromQL
public import ApusText

/// What is wrong in a file, and where.
public struct LintFinding: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// In the file: of the very character where that can be told, else of the value that it stands in.
    public let place: TextPlace
    /// In the expression, where the file's place is only that of the value.
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
