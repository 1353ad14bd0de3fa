/// What Grafana would refuse of a dashboard or what would mislead; its description says what to do.
public enum DashboardFault: Error, Hashable, Sendable {
    case illegalName(String)
    case repeatedTitle(String)
    /// Two titles give the same id.
    case repeatedID(first: String, second: String)
    case missingTitle
    case missingDescription
    case missingQuery
    case illegalWidth(PanelWidth)
    /// The panels take more than the row, or are so many that one would have no column.
    case rowTooFull(row: Int)
    case rowTooLow(row: Int, height: Int)
    case emptyRow(row: Int)
    case repeatedVariable(String)
    case unknownVariable(String)
    case unexplainedNarrowing
    case unknownOverrideQuery(String)
    case thresholdsNotAscending([Double])
    case emptyRange(from: Double, to: Double)
    /// The number is not one that a person wrote but what binary arithmetic leaves over, such as `0.30000000000000004`.
    case noisyNumber(Double)
    /// A query has buckets outside of a heatmap, or something else in one.
    case wrongKind(kind: String, query: String)
    case missingLabel(String)
    case unknownDashboard(String)
}

extension DashboardFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .illegalName(let name):
            "the name “\(name)” names no file: use letters, digits, hyphens and underscores"
        case .repeatedTitle(let title): "the title “\(title)” is there twice: rename one"
        case .repeatedID(let first, let second): "“\(first)” and “\(second)” have the same id: change a title"
        case .missingTitle: "has no title: give it one"
        case .missingDescription: "has no description: say what it shows"
        case .missingQuery: "has no query: give it one"
        case .illegalWidth(let width):
            "the width \(width.numerator)/\(width.denominator) is no part of a row: take one from 1/100 to 1/1"
        case .rowTooFull(let row): "row \(row) holds more than fits: make its panels narrower, or begin another row"
        case .rowTooLow(let row, let height): "row \(row) is \(height) high: 2 is the least"
        case .emptyRow(let row): "row \(row) has no panel: give it one, or leave it out"
        case .repeatedVariable(let name): "the variable \(name) is there twice: rename one"
        case .unknownVariable(let name): "$\(name) is used but not among the dashboard's variables: add it"
        case .unexplainedNarrowing: "a query is not narrowed by all variables and does not say why: give the reason"
        case .unknownOverrideQuery(let id): "an override is for query \(id), which is not there: A is the first"
        case .thresholdsNotAscending(let values): "the thresholds \(values) do not rise: order them"
        case .emptyRange(let from, let to): "the scale from \(from) to \(to) is empty: turn its ends round"
        case .noisyNumber(let number):
            "the number \(number) is what binary arithmetic left over: round it to what a person would write"
        case .wrongKind(let kind, let query): "a \(kind) panel cannot draw \(query)"
        case .missingLabel(let label):
            "a link takes the label \(label), which the results of its queries do not have: keep it in the grouping"
        case .unknownDashboard(let uid): "a link leads to the dashboard \(uid), which is not among those generated"
        }
    }
}
