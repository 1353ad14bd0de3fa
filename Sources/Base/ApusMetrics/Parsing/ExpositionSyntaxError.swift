/// A line that does not belong into an exposition.
public struct ExpositionSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// The column in code points of Unicode, from 1.
    public let column: Int
    public let problem: Problem

    public enum Problem: Hashable, Sendable {
        /// Something else stands where a name was due.
        case noName
        /// The type is none of those of this format.
        case unknownType(String)
        /// A second `# TYPE` line contradicts the first, or follows samples of its family.
        case typeToldAgain(String)
        /// Something else than `name="value"` stands between the braces.
        case badLabel
        /// A label stands twice between the braces.
        case repeatedLabel(String)
        /// A sample has more labels than so many.
        case tooManyLabels(Int)
        /// A label's value does not end, or has an escape that the format does not know.
        case badLabelValue(String)
        case badValue(String)
        case badTimestamp(String)
        /// What follows a `#` behind a sample is no exemplar.
        case badExemplar
        /// A line ends as those of Windows do, which the text format does not know.
        case carriageReturn
        /// The text begins with a mark of the order of bytes, which UTF-8 needs none of.
        case byteOrderMark
    }

    public var description: String { "line \(line), column \(column) of the exposition: \(reason)" }

    /// What is wrong and what to do about it.
    public var reason: String {
        switch problem {
        case .noName: "there is no metric name: give an answer of /metrics, with lines such as name{label=\"value\"} 1"
        case .unknownType(let word): "\(word) is no type of the text format 0.0.4; ask for text/plain;version=0.0.4"
        case .typeToldAgain(let name): "the type of \(name) is told a second time or after its samples; a family is served once"
        case .badLabel: "labels are written name=\"value\", with commas between them"
        case .repeatedLabel(let name): "the label \(name) stands here a second time; a series has it once"
        case .tooManyLabels(let most): "a series has \(most) labels at most; leave out what no query asks for"
        case .badLabelValue(let name): "the value of \(name) has no closing quote, or an escape other than \\\\, \\\" and \\n"
        case .badValue(let text): text.isEmpty ? "the sample has no value" : "\(text) is no number"
        case .badTimestamp(let text): "\(text) is no timestamp: leave out what follows the value, or give a number"
        case .carriageReturn: "the line ends in \\r\\n, and lines end in \\n alone: write them without \\r (CRLF line ends)"
        case .byteOrderMark: "the text begins with a byte order mark (BOM): write UTF-8 without one"
        case .badExemplar: "an exemplar is written # {name=\"value\"} 1"
        }
    }
}
