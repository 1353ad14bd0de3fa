/// The place at which a text stops being JSON, and why.
package struct JSONFault: Error, Hashable, CustomStringConvertible {
    /// From 1, counted by line feeds.
    package let line: Int
    /// From 1, in Unicode code points of the line.
    package let column: Int
    package let reason: String

    /// - Parameter offset: of the byte in the text at which it goes wrong.
    init(_ reason: String, at offset: Int, of text: [UInt8]) {
        let before = text.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        // A byte 10xxxxxx goes on with a code point that an earlier one began.
        column = before[lineStart...].count { $0 & 0b1100_0000 != 0b1000_0000 } + 1
        self.reason = reason
    }

    package var description: String { "line \(line), column \(column): \(reason)" }
}
