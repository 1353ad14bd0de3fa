import CPatterns

/// A regular expression in the syntax of PCRE2, with bounds on the work of each search. Belongs to one thread at a time.
///
/// ```swift
/// let expression = try RegularExpression(#"^node (?<script>\S+)"#)
/// expression.search("node server.js".utf8.span.bytes)  // .found
/// expression.groups                                    // script, number 1
/// ```
package final class RegularExpression {
    /// A group with a name, `(?<name>…)`.
    package struct NamedGroup: Hashable, Sendable {
        package let name: String
        package let number: Int
    }

    /// What a search comes to.
    package enum Finding: Sendable {
        case found
        case absent
        /// The bound of work was met.
        case givenUp
    }

    /// The groups that have names, ordered by them.
    package let groups: [NamedGroup]
    // Valid until `deinit`, which alone frees it.
    private let code: OpaquePointer

    /// - Throws: ``RegularExpressionFault``.
    package init(_ expression: String) throws(RegularExpressionFault) {
        var message = [CChar](repeating: 0, count: 256)
        var offset = 0
        guard let code = apus_pattern_compile(expression, expression.utf8.count, &message, message.count, &offset) else {
            let reason = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw RegularExpressionFault(reason: String(decoding: reason, as: UTF8.self), offset: offset)
        }
        groups = (0..<apus_pattern_named_groups(code)).map { index in
            var number: Int32 = 0
            let name = String(cString: apus_pattern_group_name(code, index, &number))
            return NamedGroup(name: name, number: Int(number))
        }
        self.code = code
    }

    deinit { apus_pattern_free(code) }

    /// Looks for the expression in any bytes, those that are no UTF-8 included.
    package func search(_ text: RawSpan) -> Finding {
        switch text.withUnsafeBytes({ apus_pattern_match(code, $0.baseAddress, $0.count) }) {
        case 0: .absent
        case 1: .found
        default: .givenUp
        }
    }

    /// The bytes of the text that a group took in the last search; `nil` when it took no part in it.
    package func range(of group: Int) -> Range<Int>? {
        var (start, end) = (0, 0)
        guard apus_pattern_range(code, Int32(group), &start, &end) == 1, start <= end else { return nil }
        return start..<end
    }
}

/// Why a text is no regular expression.
package struct RegularExpressionFault: Error, Hashable, CustomStringConvertible {
    /// PCRE2's own words.
    package let reason: String
    /// The byte of the expression at which it goes wrong.
    package let offset: Int

    package var description: String { "the expression is wrong at character \(offset + 1): \(reason)" }
}
