public import ApusPromQL
import ApusText

/// An expression of a rule file or a dashboard, with its place.
public struct FileQuery: Sendable {
    public enum Role: Hashable, Sendable {
        case recording
        case alert
        /// The query of a panel, an annotation or a variable.
        case panel
    }

    /// `FILE:LINE:COLUMN`.
    public let place: String
    public let role: Role
    public let expression: PromQLExpression
    /// What a rule records of it; nil of what is no recording rule.
    public let recordedName: String?
}

extension Linter {
    /// The expressions in files that parse, in their order, and what is said of the others.
    public static func queries(in files: [LintFile]) -> (queries: [FileQuery], faults: [LintFinding]) {
        var queries: [FileQuery] = []
        var report = LintReport()
        var settings = LintSettings()
        settings.isSyntaxOnly = true
        let linter = Linter(settings)
        for file in files {
            let (subjects, _) = linter.open(file, &report)
            for subject in subjects {
                switch subject {
                case .rules(let content):
                    for rule in content.groups.flatMap(\.rules) {
                        let role: FileQuery.Role = rule.isOfGrafana ? .panel : rule.record == nil ? .alert : .recording
                        queries += rule.expressions.compactMap {
                            FileQuery($0, in: file, role, recordedName: rule.record?.text)
                        }
                    }
                case .dashboard(let content):
                    queries += content.queries().0.compactMap { FileQuery($0.expression, in: file, .panel, recordedName: nil) }
                case .nothing: break
                }
            }
        }
        return (queries, linter.report(on: files).findings)
    }
}

extension FileQuery {
    fileprivate init?(_ expression: LintExpression, in file: LintFile, _ role: Role, recordedName: String?) {
        guard let parsed = expression.expression else { return nil }
        let place = expression.place(at: 0).0
        self.init(
            place: "\(file.path):\(place.line):\(place.column)", role: role, expression: parsed, recordedName: recordedName)
    }
}
