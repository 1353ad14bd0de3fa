import ApusText

/// A word of an expression.
struct PromQLToken: Equatable {
    enum Kind: Equatable {
        /// A name or a keyword; with a variable of Grafana somewhere in it, if the dialect has them.
        case identifier(String)
        case number(Double)
        /// A duration in milliseconds.
        case duration(Int64)
        case string(String)
        /// Nothing but a variable of Grafana, or a number that goes on with one.
        case variable(String)
        /// Punctuation and operators that are no words.
        case symbol(String)
        case end
    }

    let kind: Kind
    let position: Range<Int>

    func isSymbol(_ text: String) -> Bool { kind == .symbol(text) }

    /// The word in lower case: keywords are the same in any.
    var keyword: String? {
        guard case .identifier(let text) = kind else { return nil }
        return text.lowercased()
    }

    /// The name of the token in an error.
    var name: String {
        switch kind {
        case .identifier(let text), .variable(let text): text
        case .number(let value): PromQLNumber.string(value)
        case .duration(let milliseconds): DurationText.string(.milliseconds(milliseconds))
        case .string(let text): "the string \(PromQLQuoting.quoted(text))"
        case .symbol(let text): text
        case .end: "the end"
        }
    }
}
