/// Where something stands in a text, as an editor says it.
public struct TextPlace: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// - Parameter offset: in bytes of UTF-8; past the end means the end.
    public init(offset: Int, in bytes: some BidirectionalCollection<UInt8>) {
        let before = bytes.prefix(max(0, offset))
        line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { before.index(after: $0) } ?? before.startIndex
        column = 1 + String(decoding: before[start...], as: UTF8.self).count
    }

    public var description: String { "\(line):\(column)" }
}
