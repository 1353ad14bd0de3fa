import ApusText
import ApusPatterns

/// Some series of one reported family, as PromQL writes them, and what their values are multiplied by.
///
/// ```yaml
/// queue_depth: 'jobs_waiting{queue=~"mail|sms"}'
/// event_loop_lag: loop_lag_milliseconds / 1000
/// ```
package struct SeriesSelector: Sendable, CustomStringConvertible {
    /// The name of the family.
    let name: String
    /// All of them must hold.
    let conditions: [LabelCondition]
    let factor: Double
    /// The selector as it was written.
    package let description: String
    /// Selectors that select the same series, with the same factor, have the same: spaces, quotation marks and the order of conditions
    /// make no difference.
    var key: String { "\(name){\(conditions.map(\.key).sorted().joined(separator: ","))} * \(factor)" }

    /// - Throws: ``SeriesSelectorFault``.
    package init(_ text: String) throws(SeriesSelectorFault) {
        var parser = Parser(rest: Array(text.utf8)[...])
        description = text
        name = try parser.name("a name of a metric", isMetric: true)
        conditions = try parser.conditions()
        factor = try parser.factor()
    }

    /// Reads a selector from its first byte on.
    private struct Parser {
        var rest: ArraySlice<UInt8>

        private mutating func skipSpaces() { rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

        private mutating func take(_ text: StaticString) -> Bool {
            skipSpaces()
            let wanted = "\(text)".utf8
            guard rest.starts(with: wanted) else { return false }
            rest = rest.dropFirst(wanted.count)
            return true
        }

        private func fault(_ wanted: String) -> SeriesSelectorFault {
            SeriesSelectorFault(
                reason: rest.isEmpty
                    ? "ends where \(wanted) should be"
                    : "has \(String(decoding: rest.prefix(16), as: UTF8.self).quotedExcerpt()) where \(wanted) should be")
        }

        mutating func name(_ what: String, isMetric: Bool) throws(SeriesSelectorFault) -> String {
            skipSpaces()
            let bytes = rest.prefix { byte in
                let lower = byte | 0x20
                return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower) && byte >= UInt8(ascii: "A")
                    || byte == UInt8(ascii: "_") || isMetric && byte == UInt8(ascii: ":")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            guard let first = bytes.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
                throw fault("\(what), of letters, digits and _,")
            }
            rest = rest[bytes.endIndex...]
            return String(decoding: bytes, as: UTF8.self)
        }

        mutating func conditions() throws(SeriesSelectorFault) -> [LabelCondition] {
            guard take("{") else { return [] }
            var conditions: [LabelCondition] = []
            while !take("}") {
                let name = try name("a name of a label", isMetric: false)
                let comparison = try comparison()
                conditions.append(try LabelCondition(name, comparison, try quoted()))
                guard take(",") else {
                    guard take("}") else { throw fault("a comma or }") }
                    break
                }
            }
            return conditions
        }

        private mutating func comparison() throws(SeriesSelectorFault) -> LabelCondition.Comparison {
            if take("=~") { return .matches }
            if take("!~") { return .unlike }
            if take("!=") { return .unequal }
            if take("=") { return .equal }
            throw fault("=, !=, =~ or !~")
        }

        private mutating func quoted() throws(SeriesSelectorFault) -> String {
            skipSpaces()
            guard let mark = rest.first, mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'") || mark == UInt8(ascii: "`")
            else { throw fault("a value in quotation marks") }
            rest = rest.dropFirst()
            var value: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == mark { return String(decoding: value, as: UTF8.self) }
                // As PromQL has it, nothing is escaped between backticks.
                guard byte == UInt8(ascii: "\\"), mark != UInt8(ascii: "`") else {
                    value.append(byte)
                    continue
                }
                switch rest.popFirst() {
                case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
                case let escaped? where escaped == UInt8(ascii: "\\") || escaped == mark: value.append(escaped)
                default:
                    throw SeriesSelectorFault(
                        reason: "has a backslash before another character than \\, n and the quotation mark: write \\\\")
                }
            }
            throw fault("the end of a value")
        }

        mutating func factor() throws(SeriesSelectorFault) -> Double {
            let isQuotient = take("/")
            if isQuotient || take("*") {
                skipSpaces()
                let text = String(decoding: rest, as: UTF8.self)
                guard let number = text.wholeDouble, number.isFinite, number > 0 else { throw fault("a number above 0") }
                let factor = isQuotient ? 1 / number : number
                guard factor.isFinite, factor > 0 else {
                    throw fault("a number that a value can be multiplied or divided by, such as 1000,")
                }
                return factor
            }
            skipSpaces()
            guard rest.isEmpty else { throw fault("its end, or / and a number,") }
            return 1
        }
    }
}

/// Why a text selects no series.
package struct SeriesSelectorFault: Error, Equatable {
    /// Goes on from the text, as in `has “x” where …`.
    package let reason: String
}

/// What a label of a series must be; one that it has not is empty.
struct LabelCondition: Sendable {
    enum Comparison: String, Sendable {
        case equal = "="
        case unequal = "!="
        case matches = "=~"
        case unlike = "!~"
    }

    let name: String
    private let comparison: Comparison
    private let value: String
    private let pattern: LabelPattern?

    /// - Throws: ``SeriesSelectorFault`` where the value is to be an expression and is none.
    init(_ name: String, _ comparison: Comparison, _ value: String) throws(SeriesSelectorFault) {
        self.name = name
        self.comparison = comparison
        self.value = value
        switch comparison {
        case .equal, .unequal: pattern = nil
        case .matches, .unlike:
            do throws(RegularExpressionFault) { pattern = try LabelPattern(value) } catch {
                throw SeriesSelectorFault(
                    reason: "compares \(name) with \(value.quotedExcerpt()), which is no regular expression: \(error.reason)")
            }
        }
    }

    /// Conditions that are the same have the same.
    var key: String { "\(name)\(comparison.rawValue)\(String(reflecting: value))" }

    /// A condition that the label has a value.
    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
        comparison = .equal
        pattern = nil
    }

    /// Whether it holds of a label's value; not where one search has met its bound, whichever way it compares, and `nil` when the time of
    /// all searches is over.
    func holds(of own: String?, _ budget: inout NamingBudget) -> Bool? {
        let own = own ?? ""
        let wanted: RegularExpression.Finding
        switch comparison {
        case .equal: return own.utf8.elementsEqual(value.utf8)
        case .unequal: return !own.utf8.elementsEqual(value.utf8)
        case .matches: wanted = .found
        case .unlike: wanted = .absent
        }
        guard let pattern else { return false }
        return budget.search { pattern.search(own) }.map { $0 == wanted }
    }
}
