/// The fuzzer's bytes, taken as numbers and texts from the front; zeroes past the end.
struct ByteProgram {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number {
        (0..<MemoryLayout<Number>.size).reduce(0) { $0 | Number(truncatingIfNeeded: byte()) << Number($1 * 8) }
    }

    /// A number below `bound`.
    mutating func index(below bound: Int) -> Int { Int(byte()) % bound }

    /// A length, then as many bytes as there are.
    mutating func text() -> [UInt8] {
        let count = Int(byte())
        let bytes = Array(rest.prefix(count))
        rest = rest.dropFirst(bytes.count)
        return bytes
    }

    mutating func remainder() -> [UInt8] {
        defer { rest = rest.suffix(0) }
        return Array(rest)
    }
}
