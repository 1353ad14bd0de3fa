import ApusPatterns
import Synchronization

/// A regular expression that the whole value of a label must match, from any thread.
final class LabelPattern: Sendable {
    // A search writes to the memory of its compiled form.
    private let expression: Mutex<RegularExpression>

    /// - Throws: ``RegularExpressionFault``, whose place is one of the text.
    init(_ text: String) throws(RegularExpressionFault) {
        // By itself first: brackets that are not closed in it would take those around it.
        _ = try RegularExpression(text)
        expression = Mutex(try RegularExpression("\\A(?:\(text))\\z"))
    }

    /// Whether the value matches.
    func search(_ value: String) -> RegularExpression.Finding { expression.withLock { $0.search(value.utf8.span.bytes) } }
}
