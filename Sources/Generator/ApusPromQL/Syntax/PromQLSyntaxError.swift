import ApusText

/// Why a text is no PromQL expression.
public struct PromQLSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Offset in bytes of UTF-8.
    public let offset: Int
    /// The line, from 1.
    public let line: Int
    /// The column in code points of Unicode, from 1.
    public let column: Int
    /// What is wrong and what to write.
    public let message: String

    init(_ message: String, at offset: Int, in bytes: [UInt8]) {
        self.offset = max(0, min(offset, bytes.count))
        let place = TextPlace(offset: offset, in: bytes)
        line = place.line
        column = place.column
        self.message = message
    }

    public var description: String { "\(line):\(column): \(message)" }
}
