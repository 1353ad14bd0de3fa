/// Reads a JSON text by the letter of RFC 8259, with the place of every value.
///
/// Foundation's decoder does not say where a value stands or a text goes wrong, takes the trailing comma of an array, and keeps one of
/// two members of the same name without a word.
package struct JSONReader {
    /// What RFC 8259 leaves to its reader.
    package struct Rules: Sendable {
        /// The greatest depth of arrays and objects within one another.
        let deepest: Int
        /// The size in bytes past which a text is refused unread.
        let largest: Int
        /// The size in bytes past which the name of a member is refused.
        let longestName: Int
        /// The number of values, of objects and arrays those within them too, past which a text is refused: each takes many times the memory
        /// that it takes in the text.
        let mostValues: Int
        /// Whether an object may have two members of one name, and a string half a surrogate pair, which then stands for U+FFFD.
        let isLenient: Bool

        /// A message between programs, as RFC 7493 (I-JSON) has it: no name twice, no half of a surrogate pair.
        package static func interchange(
            deepest: Int, largest: Int = 64 << 20, longestName: Int = 1024, mostValues: Int = .max
        ) -> Self {
            Self(
                deepest: deepest, largest: largest, longestName: longestName, mostValues: mostValues, isLenient: false)
        }

        /// A file that a browser or Grafana may have written: what `JSON.parse` of JavaScript takes is taken.
        package static func file(deepest: Int = 400, largest: Int = 256 << 20) -> Self {
            Self(deepest: deepest, largest: largest, longestName: .max, mostValues: .max, isLenient: true)
        }
    }

    private let text: [UInt8]
    private let rules: Rules
    private var index = 0
    private var depth = 0
    private var values = 0

    private init(_ text: [UInt8], _ rules: Rules) {
        self.text = text
        self.rules = rules
    }

    /// The one value of the text.
    ///
    /// - Parameter text: UTF-8 without a byte order mark.
    package static func read(_ text: [UInt8], as rules: Rules) throws(JSONSyntaxError) -> PlacedJSON {
        var reader = Self(text, rules)
        guard text.count <= rules.largest else {
            throw reader.error("the text has \(text.count) bytes, and \(rules.largest) are read at most", at: 0)
        }
        reader.skipSpace()
        let value = try reader.value()
        reader.skipSpace()
        guard reader.index == text.count else { throw reader.error("something follows the end of the value: leave it out") }
        return value
    }

    private var byte: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    /// Takes the byte when it is the next one.
    private mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        index += 1
        return true
    }

    // MARK: - Values

    private mutating func value() throws(JSONSyntaxError) -> PlacedJSON {
        let start = index
        values += 1
        guard values <= rules.mostValues else { throw error("more than \(rules.mostValues) values: send several texts") }
        let value: PlacedJSON.Value
        switch byte {
        case UInt8(ascii: "{"): value = try nested { reader throws(JSONSyntaxError) in try reader.object() }
        case UInt8(ascii: "["): value = try nested { reader throws(JSONSyntaxError) in try reader.array() }
        case UInt8(ascii: "\""): value = .string(try string())
        case UInt8(ascii: "t"): value = try literal("true", .boolean(true))
        case UInt8(ascii: "f"): value = try literal("false", .boolean(false))
        case UInt8(ascii: "n"): value = try literal("null", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): value = .number(try number())
        default: throw expected("a value")
        }
        return PlacedJSON(value: value, offset: start)
    }

    private mutating func nested(
        _ read: (inout Self) throws(JSONSyntaxError) -> PlacedJSON.Value
    ) throws(JSONSyntaxError) -> PlacedJSON.Value {
        guard depth < rules.deepest else { throw error("more than \(rules.deepest) arrays and objects within one another") }
        depth += 1
        index += 1
        skipSpace()
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONSyntaxError) -> PlacedJSON.Value {
        var members: [PlacedJSON.Member] = []
        var names: Set<ByteText> = []
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            let start = index
            guard byte == UInt8(ascii: "\"") else { throw expected("the name of a member, in quotation marks,") }
            let name = try string()
            guard name.utf8.count <= rules.longestName else {
                throw error(
                    "the name of a member has \(name.utf8.count) bytes: write one of \(rules.longestName) at most", at: start)
            }
            if !rules.isLenient && !names.insert(ByteText(name)).inserted {
                throw error("the object has a second member of this name: leave one out", at: start)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw expected("a colon after the name of a member") }
            skipSpace()
            members.append(PlacedJSON.Member(name: name, nameOffset: start, value: try value()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw expected("a comma or }") }
            skipSpace()
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> PlacedJSON.Value {
        var elements: [PlacedJSON] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw expected("a comma or ]") }
            skipSpace()
        }
    }

    private mutating func literal(_ name: StaticString, _ value: PlacedJSON.Value) throws(JSONSyntaxError) -> PlacedJSON.Value {
        guard text[index...].starts(with: name.description.utf8) else { throw expected("a value") }
        index += name.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> Double {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        // What has the form of a number is one: one that is too large is infinite, as in JavaScript.
        return Double(String(decoding: text[start..<index], as: UTF8.self)) ?? .nan
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = index
        while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw expected("a digit") }
    }

    // MARK: - Strings

    private mutating func string() throws(JSONSyntaxError) -> String {
        let quote = index
        index += 1
        var content: [UInt8] = []
        // What stands here as it is meant, from after the last escape.
        var start = index
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                let string =
                    content.isEmpty
                    ? String(validating: text[start..<index], as: UTF8.self)
                    : String(validating: content + text[start..<index], as: UTF8.self)
                guard let string else { throw error("the string that begins here is not UTF-8: save the text so", at: quote) }
                index += 1
                return string
            case UInt8(ascii: "\\"):
                content += text[start..<index]
                content += String(try escaped()).utf8
                start = index
            case ..<0x20: throw error("a control character stands in a string: write it as an escape, such as \\n")
            default: index += 1
            }
        }
        throw error("the string that begins here does not end: close it with \"", at: quote)
    }

    /// What an escape stands for.
    private mutating func escaped() throws(JSONSyntaxError) -> Unicode.Scalar {
        guard index + 1 < text.count else { throw error("the text ends within an escape") }
        guard let escape = Self.escape(at: index, text) else {
            // At the digit that is none.
            var place = index
            if text[index + 1] == UInt8(ascii: "u") { place += 2 + Self.digits(at: index + 2, text).prefix { $0 != nil }.count }
            throw error("no escape of JSON: write \\\\ for a backslash, or \\u and four hexadecimal digits", at: place)
        }
        if escape.isHalf && !rules.isLenient {
            throw error("half a surrogate pair is no character: write both halves, or the character itself")
        }
        index += escape.length
        return escape.scalar
    }
}

extension JSONReader {
    private struct Escape {
        let scalar: Unicode.Scalar
        /// The length in bytes, with the backslash.
        let length: Int
        /// Whether it is a surrogate without its partner, and stands for U+FFFD.
        var isHalf = false
    }

    /// The escape at a backslash.
    private static func escape(at index: Int, _ text: [UInt8]) -> Escape? {
        guard index + 1 < text.count else { return nil }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Escape(scalar: Unicode.Scalar(text[index + 1]), length: 2)
        case UInt8(ascii: "b"): return Escape(scalar: "\u{8}", length: 2)
        case UInt8(ascii: "f"): return Escape(scalar: "\u{C}", length: 2)
        case UInt8(ascii: "n"): return Escape(scalar: "\n", length: 2)
        case UInt8(ascii: "r"): return Escape(scalar: "\r", length: 2)
        case UInt8(ascii: "t"): return Escape(scalar: "\t", length: 2)
        case UInt8(ascii: "u"):
            guard let unit = unit(at: index + 2, text) else { return nil }
            if let scalar = Unicode.Scalar(unit) { return Escape(scalar: scalar, length: 6) }
            guard UTF16.isLeadSurrogate(unit), text[(index + 6)...].starts(with: "\\u".utf8),
                let low = Self.unit(at: index + 8, text), UTF16.isTrailSurrogate(low)
            else { return Escape(scalar: "\u{FFFD}", length: 6, isHalf: true) }
            return Escape(scalar: UTF16.decode(UTF16.EncodedScalar([unit, low])), length: 12)
        default: return nil
        }
    }

    private static func unit(at index: Int, _ text: [UInt8]) -> UInt16? {
        let digits = digits(at: index, text).compactMap { $0 }
        return digits.count == 4 ? digits.reduce(0) { $0 << 4 | UInt16($1) } : nil
    }

    /// The next four bytes as hexadecimal digits, as far as they are some.
    private static func digits(at index: Int, _ text: [UInt8]) -> [UInt8?] {
        text[min(index, text.count)...].prefix(4).map { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        }
    }

    /// The byte of a text at which a byte of a string's content is written.
    ///
    /// - Parameters:
    ///   - offset: in bytes of the content, where an escape is what it stands for.
    ///   - start: the string's quotation mark.
    package static func byte(of offset: Int, inStringAt start: Int, of text: [UInt8]) -> Int? {
        guard start < text.count, text[start] == UInt8(ascii: "\"") else { return nil }
        var index = start + 1
        var left = offset
        while left > 0, index < text.count, text[index] != UInt8(ascii: "\"") {
            if text[index] == UInt8(ascii: "\\") {
                guard let escape = escape(at: index, text) else { return nil }
                left -= String(escape.scalar).utf8.count
                index += escape.length
            } else {
                left -= 1
                index += 1
            }
        }
        return index
    }

    // MARK: - Errors

    private func error(_ reason: String) -> JSONSyntaxError { error(reason, at: index) }

    private func error(_ reason: String, at offset: Int) -> JSONSyntaxError { JSONSyntaxError(reason, at: offset, in: text) }

    private func expected(_ wanted: String) -> JSONSyntaxError {
        guard index < text.count else { return error("the text ends where \(wanted) is expected") }
        let next = String(decoding: text[index...].prefix(12), as: UTF8.self).first.map(String.init) ?? "this"
        let before = text[..<index].last { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
        let isClosed = text[index] == UInt8(ascii: "}") || text[index] == UInt8(ascii: "]")
        let remedy = before == UInt8(ascii: ",") && isClosed ? ": leave out the comma before it" : ""
        return error("\(next) stands where \(wanted) is expected\(remedy)")
    }
}

/// The place at which a text stops being JSON, and why.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The byte of the text at which it goes wrong.
    package let offset: Int
    package let place: TextPlace
    /// What is wrong, and what to write where that is not plain.
    package let reason: String

    init(_ reason: String, at offset: Int, in text: [UInt8]) {
        self.offset = offset
        self.reason = reason
        place = TextPlace(offset: offset, in: text)
    }

    package var description: String { "line \(place.line), column \(place.column): \(reason)" }
}
