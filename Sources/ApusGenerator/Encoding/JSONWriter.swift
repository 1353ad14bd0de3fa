import ApusPromQL

/// JSON as bytes, two spaces a level, members in the order in which they are written; ``JSONEncoder`` takes ten times as long.
///
/// ```swift
/// var json = JSONWriter()
/// json.object { json in
///     json.member("title", "CPU")
///     json.array("steps", steps) { json, step in json.object { $0.member("value", step.value) } }
/// }
/// ```
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var depth = 0
    /// Whether the object or array that is open has nothing in it yet.
    private var isEmpty = true

    init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// The text, which is UTF-8 since all that was written is.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Ends the last line.
    mutating func endFile() { bytes.append(UInt8(ascii: "\n")) }

    // MARK: - Containers

    mutating func object(_ members: (inout Self) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    /// - Parameter element: writes one value.
    mutating func array<Element>(_ elements: some Sequence<Element>, _ element: (inout Self, Element) -> Void) {
        open(UInt8(ascii: "["))
        for value in elements {
            separate()
            element(&self, value)
        }
        close(UInt8(ascii: "]"))
    }

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        depth += 1
        isEmpty = true
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if !isEmpty { newLine() }
        bytes.append(bracket)
        isEmpty = false
    }

    // MARK: - Members of an object

    mutating func member(_ key: String, _ value: String) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: String, _ value: Int) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: String, _ value: Double) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: String, _ value: Bool) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: String, _ value: some JSONRepresentable) {
        name(key)
        value.write(to: &self)
    }

    mutating func object(_ key: String, _ members: (inout Self) -> Void) {
        name(key)
        object(members)
    }

    mutating func array<Element>(
        _ key: String, _ elements: some Sequence<Element>, _ element: (inout Self, Element) -> Void
    ) {
        name(key)
        array(elements, element)
    }

    mutating func member(_ key: String, _ values: [String]) {
        array(key, values) { $0.value($1) }
    }

    mutating func null(_ key: String) {
        name(key)
        null()
    }

    /// Names are the schema's own words and need no escape.
    private mutating func name(_ key: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: key.utf8)
        bytes.append(contentsOf: Self.endOfName)
    }

    // MARK: - Values

    mutating func value(_ value: String) { quote(value) }

    mutating func value(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    /// As a person writes it. JSON has no number for what is not finite: null, as JavaScript writes it.
    mutating func value(_ value: Double) {
        value.isFinite ? bytes.append(contentsOf: PromQLNumber.string(value).utf8) : null()
    }

    mutating func value(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }

    mutating func null() { bytes.append(contentsOf: "null".utf8) }

    // MARK: - Text

    /// A comma but before the first, then a new line.
    private mutating func separate() {
        bytes.append(contentsOf: Self.line[(isEmpty ? 1 : 0)..<(2 + 2 * depth)])
        isEmpty = false
    }

    private mutating func newLine() { bytes.append(contentsOf: Self.line[1..<(2 + 2 * depth)]) }

    private static let endOfName = Array("\": ".utf8)
    /// A comma, a line's end, and indentation for more levels than anything here has.
    private static let line: [UInt8] = Array(",\n".utf8) + Array(repeating: UInt8(ascii: " "), count: 2 * 64)

    /// Escapes what RFC 8259 demands, and nothing else.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        // Most texts need no escape, and are looked through where they lie now, which is quicker than in the string.
        if let first = bytes[start...].firstIndex(where: Self.needsEscape) {
            bytes.removeSubrange(first...)
            for byte in text.utf8.dropFirst(first - start) { escape(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            bytes.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        default: bytes.append(byte)
        }
    }
}
