/// Reads a JSON text by the letter of RFC 8259.
///
/// Foundation's decoder does not say where a text goes wrong, takes the trailing comma of an array, and keeps one of two members of
/// the same name without a word; the sender of a notification is to hear of each.
package struct JSONParser {
    /// Arrays and objects within one another; a request has three.
    package static let deepest = 32

    private let text: [UInt8]
    private var index = 0
    private var depth = 0

    private init(_ text: [UInt8]) { self.text = text }

    /// The one value of the text.
    package static func parse(_ text: [UInt8]) throws(JSONFault) -> JSONValue {
        var parser = Self(text)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.index == text.count else { throw parser.fault("the text goes on after its value") }
        return value
    }

    private var byte: UInt8? { index < text.count ? text[index] : nil }

    private func fault(_ reason: String) -> JSONFault { fault(reason, at: index) }

    private func fault(_ reason: String, at offset: Int) -> JSONFault { JSONFault(reason, at: offset, of: text) }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    /// Takes the byte when it is the next one.
    private mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONFault) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONFault) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .boolean)
        case UInt8(ascii: "f"): return try literal("false", .boolean)
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case nil: throw fault("the text ends where a value is expected")
        default: throw fault("a value is expected")
        }
    }

    private mutating func nested(_ read: (inout Self) throws(JSONFault) -> JSONValue) throws(JSONFault) -> JSONValue {
        guard depth < Self.deepest else { throw fault("more than \(Self.deepest) arrays and objects within one another") }
        depth += 1
        index += 1
        skipSpace()
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONFault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            let start = index
            guard byte == UInt8(ascii: "\"") else { throw fault("the name of a member, in quotation marks, is expected") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("a colon is expected after the name of a member") }
            skipSpace()
            guard members.updateValue(try value(), forKey: name) == nil else {
                throw fault("the object has a second member of this name", at: start)
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault("a comma or } is expected after a member") }
            skipSpace()
        }
    }

    private mutating func array() throws(JSONFault) -> JSONValue {
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault("a comma or ] is expected after an element") }
            skipSpace()
        }
    }

    private mutating func literal(_ name: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        guard text[index...].starts(with: name.utf8) else { throw fault("a value is expected") }
        index += name.utf8.count
        return value
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return .number
    }

    private mutating func digits() throws(JSONFault) {
        let start = index
        while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw fault("a digit is expected") }
    }

    private mutating func string() throws(JSONFault) -> String {
        let quote = index
        index += 1
        var bytes: [UInt8] = []
        while let byte {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw fault("the string that begins here is not UTF-8", at: quote)
                }
                return string
            case UInt8(ascii: "\\"):
                bytes.append(contentsOf: String(try escaped()).utf8)
            case ..<0x20:
                throw fault("a control character in a string must be written as an escape, such as \\n", at: index - 1)
            default:
                bytes.append(byte)
            }
        }
        throw fault("the string that begins here has no end", at: quote)
    }

    /// What follows a backslash.
    private mutating func escaped() throws(JSONFault) -> Unicode.Scalar {
        let start = index - 1
        guard let byte else { throw fault("the text ends within an escape") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try codePoint(from: start)
        default: throw fault("there is no such escape", at: start)
        }
    }

    /// The code point of `\uXXXX`, or of the two that make a surrogate pair.
    private mutating func codePoint(from start: Int) throws(JSONFault) -> Unicode.Scalar {
        let first = try hexadecimal()
        guard UTF16.isLeadSurrogate(first) else {
            guard let scalar = Unicode.Scalar(first) else { throw fault("half a surrogate pair is no character", at: start) }
            return scalar
        }
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), case let second = try hexadecimal(),
            UTF16.isTrailSurrogate(second)
        else { throw fault("half a surrogate pair is no character", at: start) }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("four hexadecimal digits are expected after \\u")
            }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }
}
