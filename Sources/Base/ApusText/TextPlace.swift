/// A place in a text as an editor shows it: a line and a column.
public struct TextPlace: Hashable, Sendable, CustomStringConvertible {
    /// The line, counted by line feeds from 1.
    public let line: Int
    /// The column in code points of Unicode, from 1.
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
        // A byte 10xxxxxx goes on with a code point that an earlier one began.
        column = 1 + before[start...].count { $0 & 0b1100_0000 != 0b1000_0000 }
    }

    public var description: String { "\(line):\(column)" }
}
