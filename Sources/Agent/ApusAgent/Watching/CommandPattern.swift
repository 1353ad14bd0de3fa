package import ApusPatterns
import Synchronization

/// A regular expression that is looked for in the arguments of processes, from any thread.
package final class CommandPattern: Sendable {
    package let description: String
    /// The names of its groups.
    package let captures: Set<String>
    // A search writes to the memory of its compiled form.
    private let expression: Mutex<RegularExpression>

    /// - Throws: ``RegularExpressionFault``.
    package init(_ text: String) throws(RegularExpressionFault) {
        let compiled = try RegularExpression(text)
        description = text
        captures = Set(compiled.groups.map(\.name))
        expression = Mutex(compiled)
    }

    /// What the named groups captured, without those that took no part; `nil` when the expression is not in the text, or the bound of
    /// its work was met.
    package func captures(in command: String) -> [String: String]? {
        expression.withLock { expression in
            guard expression.search(command.utf8.span.bytes) == .found else { return nil }
            let bytes = expression.groups.isEmpty ? [] : Array(command.utf8)
            return expression.groups.reduce(into: [:]) { captured, group in
                guard let range = expression.range(of: group.number), range.upperBound <= bytes.count else { return }
                captured[group.name] = String(decoding: bytes[range], as: UTF8.self)
            }
        }
    }
}
