/// Writes a JSON text piece by piece, for documents that are made every second: many times as fast as an encoder of values.
///
/// ```swift
/// var writer = JSONBytes()
/// writer.object {
///     $0.member("service", "orders")
///     $0.member("heapBytes", nil as Int?)  // left out
/// }
/// ```
///
/// What is not seen is escaped, as ``JSONText`` does.
package struct JSONBytes {
    package private(set) var bytes: [UInt8] = []
    /// Whether something stands in the innermost array or object already.
    private var needsComma = false

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Writes an object as the next value.
    package mutating func object(_ body: (inout JSONBytes) -> Void) { nested("{", "}", body) }

    /// Writes an array as the next value.
    package mutating func array(_ body: (inout JSONBytes) -> Void) { nested("[", "]", body) }

    private mutating func nested(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONBytes) -> Void) {
        separate()
        bytes.append(UInt8(truncatingIfNeeded: open.value))
        needsComma = false
        body(&self)
        bytes.append(UInt8(truncatingIfNeeded: close.value))
        needsComma = true
    }

    /// Writes the name of the next member, whose value is to follow.
    package mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the name of the next member, whose value is to follow; it may come from outside.
    package mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A member whose name may come from outside.
    package mutating func member(name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    /// A member whose name may come from outside.
    package mutating func member(name: String, _ value: some BinaryInteger) {
        self.name(name)
        literal("\(value)")
    }

    package mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        self.name(name)
        string(value)
    }

    package mutating func member(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        self.name(name)
        literal(value ? "true" : "false")
    }

    package mutating func member(_ name: StaticString, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        self.name(name)
        literal("\(value)")
    }

    /// A member whose value is left out where it is no number or not finite.
    package mutating func member(_ name: StaticString, _ value: Double?) {
        guard let value, value.isFinite else { return }
        self.name(name)
        number(value)
    }

    /// Writes a member whose value is written already.
    package mutating func member(_ name: StaticString, written value: [UInt8]) {
        self.name(name)
        append(written: value)
    }

    /// Appends a value that is written already.
    package mutating func append(written value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    /// Writes a number as the next value; `null` for one that is not finite, which JSON has not (RFC 8259, section 6).
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return literal("null") }
        // Without a fraction, as in most texts of its kind.
        if value == value.rounded(), abs(value) < 1e15 { literal("\(Int64(value))") } else { literal("\(value)") }
    }

    /// Writes a number with the digits that tell it from its neighbours of 32 bits.
    package mutating func number(_ value: Float) {
        guard value.isFinite else { return literal("null") }
        if value == value.rounded(), abs(value) < 1e9 { literal("\(Int64(value))") } else { literal("\(value)") }
    }

    package mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        var isPlain = true
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case ..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.digit(byte >> 4))
                bytes.append(Self.digit(byte & 15))
            default:
                if byte >= 0x7f { isPlain = false }
                bytes.append(byte)
            }
        }
        if !isPlain {
            let escaped = JSONText.escapingUnseen(Array(bytes[start...]))
            bytes.replaceSubrange(start..., with: escaped)
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private mutating func literal(_ text: String) { append(written: text.utf8) }

    private mutating func separate() { if needsComma { bytes.append(UInt8(ascii: ",")) } }
}
