/// Bytes as a metadata value, `.stringConvertible(BinaryValue(bytes))`: the journal gets them as they are, every other log handler
/// a hexadecimal text.
package struct BinaryValue: Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
