/// Reads a message in the wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding/) field by field.
///
/// A message within it is read by a reader of its own, so that the depth is that of the caller's code. Nothing is read past the end of
/// the message, and nothing is copied but the texts that are asked for.
struct ProtobufReader {
    /// The content of a field, by its wire type.
    enum Content {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A text, bytes, a message or packed numbers.
        case delimited(ProtobufReader)
    }

    struct Field {
        let number: Int
        let content: Content
    }

    private let bytes: [UInt8]
    /// The place of the next byte in the whole text.
    private(set) var index: Int
    private let end: Int

    /// Groups within one another that are passed over, of which no message here has any.
    private static let deepestGroup = 32

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    /// The size of what has not been read, in bytes.
    var count: Int { end - index }

    /// The next field; `nil` at the end of the message. Groups, which nobody has written for many years, are passed over.
    mutating func next() throws(OTLPError) -> Field? {
        while index < end {
            let start = index
            let (number, type) = try tag()
            switch type {
            case 0: return Field(number: number, content: .varint(try varint()))
            case 1: return Field(number: number, content: .fixed64(try fixed64()))
            case 2: return Field(number: number, content: .delimited(try delimited()))
            case 5: return Field(number: number, content: .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
            case 3: try skipGroup(number)
            default: throw error("no wire type is \(type)", at: start)
            }
        }
        return nil
    }

    private mutating func tag() throws(OTLPError) -> (number: Int, type: UInt64) {
        let start = index
        let tag = try varint()
        guard (1...0x1FFF_FFFF).contains(tag >> 3) else { throw error("no field has the number \(tag >> 3)", at: start) }
        return (Int(tag >> 3), tag & 7)
    }

    mutating func varint() throws(OTLPError) -> UInt64 {
        let start = index
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard index < end else { throw error("the message ends within a number", at: start) }
            let byte = bytes[index]
            index += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw error("a number has more than 64 bits", at: start)
    }

    mutating func fixed64() throws(OTLPError) -> UInt64 { try fixed(8) }

    private mutating func fixed(_ size: Int) throws(OTLPError) -> UInt64 {
        guard count >= size else { throw error("the message ends within a number", at: index) }
        var value: UInt64 = 0
        for place in 0..<size { value |= UInt64(bytes[index + place]) << UInt64(8 * place) }
        index += size
        return value
    }

    private mutating func delimited() throws(OTLPError) -> Self {
        let start = index
        let length = try varint()
        guard length <= UInt64(count) else {
            throw error("a field has \(length) bytes, and \(count) are left of its message", at: start)
        }
        let range = index..<index + Int(length)
        index = range.upperBound
        return Self(bytes, range)
    }

    private mutating func skipGroup(_ number: Int) throws(OTLPError) {
        let start = index
        var open = [number]
        while let group = open.last {
            guard index < end else { throw error("a group does not end", at: start) }
            let place = index
            let (number, type) = try tag()
            switch type {
            case 0: _ = try varint()
            case 1: _ = try fixed(8)
            case 2: _ = try delimited()
            case 5: _ = try fixed(4)
            case 3 where open.count < Self.deepestGroup: open.append(number)
            case 4 where number == group: open.removeLast()
            default: throw error("a group is too deep, or ends as none that has begun", at: place)
            }
        }
    }

    /// All of it as a text.
    func text() throws(OTLPError) -> String {
        guard let text = String(validating: bytes[index..<end], as: UTF8.self) else {
            throw error("a text that begins here is not UTF-8", at: index)
        }
        return text
    }

    /// All of it as bytes.
    var content: ArraySlice<UInt8> { bytes[index..<end] }

    func error(_ reason: String, at place: Int) -> OTLPError { OTLPError(place: .byte(place), reason: reason) }
}

extension ProtobufReader.Field {
    var double: Double? { if case .fixed64(let bits) = content { Double(bitPattern: bits) } else { nil } }

    var fixed64: UInt64? { if case .fixed64(let value) = content { value } else { nil } }

    var varint: UInt64? { if case .varint(let value) = content { value } else { nil } }

    /// A `sint32` or `sint64`, small for small numbers of either sign.
    var zigzag: Int64? { varint.map { Int64(bitPattern: ($0 >> 1) ^ (0 &- ($0 & 1))) } }

    var delimited: ProtobufReader? { if case .delimited(let reader) = content { reader } else { nil } }
}
