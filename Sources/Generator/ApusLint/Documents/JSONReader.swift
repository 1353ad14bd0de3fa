/// Reads JSON (RFC 8259) with the place of every value, which Foundation's reader does not tell.
struct JSONReader {
    private let bytes: [UInt8]
    private var index: Int
    private var depth = 0

    /// Values within one another: what is beyond is no file of a person.
    private static let greatestDepth = 400

    private init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        index = start
    }

    /// - Parameter bytes: UTF-8, without a byte order mark.
    static func read(_ bytes: [UInt8]) throws(DocumentError) -> DocumentNode {
        var reader = JSONReader(bytes, from: 0)
        let node = try reader.value()
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.error("something follows the end of the document: leave it out") }
        return node
    }

    private mutating func value() throws(DocumentError) -> DocumentNode {
        skipSpace()
        let start = index
        guard index < bytes.count else { throw error("the file ends where a value is expected") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try nested { (reader) throws(DocumentError) in try reader.mapping() }
        case UInt8(ascii: "["): return try nested { (reader) throws(DocumentError) in try reader.list() }
        case UInt8(ascii: "\""): return DocumentNode(content: .text(try string()), offset: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return DocumentNode(content: .number(try number()), offset: start)
        default: return DocumentNode(content: try word(), offset: start)
        }
    }

    private mutating func nested(
        _ read: (inout Self) throws(DocumentError) -> DocumentNode.Content
    ) throws(DocumentError) -> DocumentNode {
        let start = index
        depth += 1
        guard depth <= Self.greatestDepth else { throw error("values within one another beyond \(Self.greatestDepth)") }
        index += 1
        let content = try read(&self)
        depth -= 1
        return DocumentNode(content: content, offset: start)
    }

    private mutating func mapping() throws(DocumentError) -> DocumentNode.Content {
        var entries: [DocumentNode.Entry] = []
        if take("}") { return .mapping(entries) }
        repeat {
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
            let key = try string()
            guard take(":") else { throw expected("a colon") }
            entries.append(DocumentNode.Entry(key: key, value: try value()))
        } while take(",")
        guard take("}") else { throw expected("a comma or }") }
        return .mapping(entries)
    }

    private mutating func list() throws(DocumentError) -> DocumentNode.Content {
        var elements: [DocumentNode] = []
        if take("]") { return .list(elements) }
        repeat { elements.append(try value()) } while take(",")
        guard take("]") else { throw expected("a comma or ]") }
        return .list(elements)
    }

    private mutating func word() throws(DocumentError) -> DocumentNode.Content {
        for (text, content) in [("null", .null), ("true", .bool(true)), ("false", .bool(false))]
            as [(String, DocumentNode.Content)] where bytes[index...].starts(with: text.utf8)
        {
            index += text.utf8.count
            return content
        }
        throw expected("a value")
    }

    private mutating func number() throws(DocumentError) -> Double {
        let start = index
        while index < bytes.count, Self.isOfNumber(bytes[index]) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let value = Double(text) else { throw DocumentError(offset: start, message: "\(text) is no number") }
        return value
    }

    private mutating func string() throws(DocumentError) -> String {
        let start = index
        index += 1
        let content = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: bytes[content..<(index - 1)], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: content)
            case 0..<0x20: throw error("a control character stands in a string: write it as an escape, such as \\n")
            default: index += 1
            }
        }
        throw DocumentError(offset: start, message: "the string does not end: close it with \"")
    }

    /// Goes on from the first escape.
    private mutating func escapedString(from content: Int) throws(DocumentError) -> String {
        var text = Array(bytes[content..<index])
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let (scalars, length) = Self.escape(at: index, bytes) else {
                    throw error("no escape of JSON: write \\\\ for a backslash")
                }
                text.append(contentsOf: String(scalars).utf8)
                index += length
            case 0..<0x20: throw error("a control character stands in a string: write it as an escape, such as \\n")
            default:
                text.append(bytes[index])
                index += 1
            }
        }
        throw DocumentError(offset: content - 1, message: "the string does not end: close it with \"")
    }
}

extension JSONReader {
    /// What the escape at a backslash stands for, and how long it is.
    ///
    /// A surrogate without its partner is no character and stands for U+FFFD.
    private static func escape(at index: Int, _ bytes: [UInt8]) -> (UnicodeScalar, Int)? {
        guard index + 1 < bytes.count else { return nil }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): return ("\"", 2)
        case UInt8(ascii: "\\"): return ("\\", 2)
        case UInt8(ascii: "/"): return ("/", 2)
        case UInt8(ascii: "b"): return ("\u{8}", 2)
        case UInt8(ascii: "f"): return ("\u{C}", 2)
        case UInt8(ascii: "n"): return ("\n", 2)
        case UInt8(ascii: "r"): return ("\r", 2)
        case UInt8(ascii: "t"): return ("\t", 2)
        case UInt8(ascii: "u"):
            guard let unit = unit(at: index + 2, bytes) else { return nil }
            if let scalar = UnicodeScalar(unit) { return (scalar, 6) }
            guard unit < 0xDC00, bytes[(index + 6)...].starts(with: "\\u".utf8), let low = Self.unit(at: index + 8, bytes),
                (0xDC00..<0xE000).contains(low),
                let scalar = UnicodeScalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { return ("\u{FFFD}", 6) }
            return (scalar, 12)
        default: return nil
        }
    }

    private static func unit(at index: Int, _ bytes: [UInt8]) -> UInt32? {
        guard index + 4 <= bytes.count, bytes[index] != UInt8(ascii: "+") else { return nil }
        return UInt32(String(decoding: bytes[index..<(index + 4)], as: UTF8.self), radix: 16)
    }

    /// The byte of the source at which a byte of a string's text is written.
    static func source(of offset: Int, inStringAt start: Int, _ bytes: [UInt8]) -> Int? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
        var index = start + 1
        var left = offset
        while left > 0, index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                guard let (scalar, length) = escape(at: index, bytes) else { return nil }
                left -= String(scalar).utf8.count
                index += length
            } else {
                left -= 1
                index += 1
            }
        }
        return index
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ symbol: UnicodeScalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: symbol) else { return false }
        index += 1
        return true
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private func error(_ message: String) -> DocumentError { DocumentError(offset: index, message: message) }

    private func expected(_ wanted: String) -> DocumentError {
        guard index < bytes.count else { return error("the file ends where \(wanted) is expected") }
        let rest = String(decoding: bytes[index...].prefix(12), as: UTF8.self)
        return error("\(rest.first.map(String.init) ?? "this") stands where \(wanted) is expected")
    }
}
