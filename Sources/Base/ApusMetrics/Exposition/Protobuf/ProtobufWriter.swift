/// The wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding/), as far as expositions and answers need it.
package struct ProtobufWriter: Sendable {
    package var bytes: [UInt8] = []

    package init() {}

    package mutating func unsigned(_ field: UInt64, _ value: UInt64) {
        varint(field << 3)
        varint(value)
    }

    /// `int32`, `int64`: two's complement, ten bytes when negative.
    mutating func signed(_ field: UInt64, _ value: Int64) { unsigned(field, UInt64(bitPattern: value)) }

    /// `sint32`, `sint64`: small for small numbers of either sign.
    mutating func zigzag(_ field: UInt64, _ value: Int64) {
        unsigned(field, UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func double(_ field: UInt64, _ value: Double) {
        varint(field << 3 | 1)
        let bits = value.bitPattern
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }

    package mutating func string(_ field: UInt64, _ text: String) {
        varint(field << 3 | 2)
        varint(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Starts a message within a message; what it gives goes to ``close(_:)`` when its fields are written.
    package mutating func open(_ field: UInt64) -> Int {
        varint(field << 3 | 2)
        bytes.append(0)
        return bytes.count
    }

    /// Writes the length of a message that was opened; a longer one than 127 bytes moves to make room for it.
    package mutating func close(_ start: Int) {
        var rest = bytes.count - start
        var place = start - 1
        while rest >= 0x80 {
            bytes[place] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            place += 1
            bytes.insert(0, at: place)
        }
        bytes[place] = UInt8(rest)
    }

    /// Bytes of a length that is written again and again while its message grows: as many as Prometheus reads at most.
    static let delimiterSize = 5
    /// The maximum size of a message in bytes, past which no parser takes it.
    static let longestMessage = Int(Int32.max)

    /// Starts a message that stands for itself, after its length.
    mutating func openDelimited() -> Int {
        bytes.append(contentsOf: repeatElement(0, count: Self.delimiterSize))
        return bytes.count
    }

    /// Writes the length as of now. Its unneeded bytes are filled with zeros that say to go on, as the format allows.
    mutating func updateDelimited(_ start: Int) {
        var rest = bytes.count - start
        for place in start - Self.delimiterSize..<start - 1 {
            bytes[place] = UInt8(truncatingIfNeeded: rest) & 0x7F | 0x80
            rest >>= 7
        }
        bytes[start - 1] = UInt8(truncatingIfNeeded: rest) & 0x7F
    }
}
