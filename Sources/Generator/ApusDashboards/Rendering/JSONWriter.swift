import ApusPromQL

/// JSON as bytes, two spaces a level, members in the order in which they are written.
///
/// Foundation's encoder makes a tree of boxes first, which is felt with hundreds of dashboards.
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

    mutating func member(_ key: StaticString, _ value: String) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: StaticString, _ value: Int) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: StaticString, _ value: Double) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: StaticString, _ value: Bool) {
        name(key)
        self.value(value)
    }

    mutating func member(_ key: StaticString, _ value: some JSONRepresentable) {
        name(key)
        value.write(to: &self)
    }

    mutating func object(_ key: StaticString, _ members: (inout Self) -> Void) {
        name(key)
        object(members)
    }

    mutating func array<Element>(
        _ key: StaticString, _ elements: some Sequence<Element>, _ element: (inout Self, Element) -> Void
    ) {
        name(key)
        array(elements, element)
    }

    mutating func member(_ key: StaticString, _ values: [String]) {
        array(key, values) { $0.value($1) }
    }

    mutating func null(_ key: StaticString) {
        name(key)
        null()
    }

    /// A member whose name is no word of the schema.
    ///
    /// - Parameter value: writes one value.
    mutating func member(named key: String, _ value: (inout Self) -> Void) {
        separate()
        quote(key)
        append(": ")
        value(&self)
    }

    /// The schema's own words need no escape.
    private mutating func name(_ key: StaticString) {
        separate()
        append("\"")
        append(key)
        append("\": ")
    }

    // MARK: - Values

    mutating func value(_ value: String) { quote(value) }

    mutating func value(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    /// As a person writes it. JSON has no number for what is not finite: null, as JavaScript writes it.
    mutating func value(_ value: Double) {
        value.isFinite ? bytes.append(contentsOf: PromQLNumber.string(value).utf8) : null()
    }

    mutating func value(_ value: Bool) { append(value ? "true" : "false") }

    mutating func value(_ value: some JSONRepresentable) { value.write(to: &self) }

    mutating func null() { append("null") }

    // MARK: - Text

    /// A comma but before the first, then a new line.
    private mutating func separate() {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        newLine()
    }

    private mutating func newLine() {
        let width = min(1 + 2 * depth, Self.lineStart.utf8CodeUnitCount)
        bytes.append(contentsOf: UnsafeBufferPointer(start: Self.lineStart.utf8Start, count: width))
        // Deeper than any dashboard.
        for _ in width..<(1 + 2 * depth) { bytes.append(UInt8(ascii: " ")) }
    }

    /// A new line and thirty levels.
    private static var lineStart: StaticString { "\n                                                            " }

    /// Bytes that lie in the program itself: no reference is counted, for which threads would wait for each other.
    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Escapes what RFC 8259 demands, and nothing else.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // Copied in runs between the bytes that need an escape, of which most texts have none.
            var rest = utf8[...]
            while let index = rest.firstIndex(where: Self.needsEscape) {
                bytes.append(contentsOf: rest[..<index])
                escape(rest[index])
                rest = rest[(index + 1)...]
            }
            bytes.append(contentsOf: rest)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        case 0..<0x20:
            append(byte < 0x10 ? "\\u000" : "\\u00")
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        default: bytes.append(byte)
        }
    }
}

/// What writes itself as JSON.
protocol JSONRepresentable {
    /// Writes one value.
    func write(to json: inout JSONWriter)
}
