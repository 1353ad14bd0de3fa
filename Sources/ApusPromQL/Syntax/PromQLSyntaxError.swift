/// Why a text is no PromQL expression.
public struct PromQLSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Offset in bytes of UTF-8.
    public let offset: Int
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int
    /// What is wrong and what to write.
    public let message: String

    init(_ message: String, at offset: Int, in bytes: [UInt8]) {
        let before = bytes.prefix(max(0, min(offset, bytes.count)))
        self.offset = before.count
        line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        column = 1 + String(decoding: before[start...], as: UTF8.self).count
        self.message = message
    }

    public var description: String { "\(line):\(column): \(message)" }
}
