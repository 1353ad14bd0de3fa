/// A line that is not of the text format 0.0.4.
public struct ExpositionSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first is 1.
    public let line: Int
    public let problem: Problem

    public enum Problem: Hashable, Sendable {
        /// Where a name was due, there is something else.
        case noName
        /// The type is none of those of this format.
        case unknownType(String)
        /// A second `# TYPE` line contradicts the first, or follows samples of its family.
        case typeToldAgain(String)
        /// Something else than `name="value"` between the braces.
        case badLabel
        /// A label's value does not end, or has an escape that the format does not know.
        case badLabelValue(String)
        case badValue(String)
        case badTimestamp(String)
    }

    public var description: String { "line \(line) of the exposition: \(explanation)" }

    private var explanation: String {
        switch problem {
        case .noName: "there is no metric name; was this answer an exposition at all?"
        case .unknownType(let word): "\(word) is no type of the text format 0.0.4; ask for text/plain;version=0.0.4"
        case .typeToldAgain(let name): "the type of \(name) is told a second time or after its samples; a family is served once"
        case .badLabel: "labels are written name=\"value\", with commas between them"
        case .badLabelValue(let name): "the value of \(name) has no closing quote, or an escape other than \\\\, \\\" and \\n"
        case .badValue(let text): "\(text) is no number"
        case .badTimestamp(let text): "\(text) is no timestamp in whole milliseconds"
        }
    }
}
