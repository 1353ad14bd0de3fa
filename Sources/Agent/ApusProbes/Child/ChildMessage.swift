/// What agent and child say to one another: texts, one behind the other, each behind its length.
///
/// The other side is never trusted with a length: a message that ends within a text is none.
package struct ChildMessage {
    /// What was written, or is read.
    package private(set) var bytes: [UInt8] = []
    private var place = 0

    /// A message that is to be written.
    package init() {}

    /// A message to be read.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Writes a text behind what there is.
    package mutating func append(_ text: String) {
        append(count: text.utf8.count)
        bytes += text.utf8
    }

    /// Writes a number as a text.
    package mutating func append(_ number: Int) { append(String(number)) }

    /// A value of a row, of which the first byte says whether there is one.
    package mutating func append(value: String?) { append(value.map { "=" + $0 } ?? "") }

    private mutating func append(count: Int) {
        let count = UInt32(clamping: count)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> UInt32(shift))) }
    }

    /// The next text; nil where there is none.
    package mutating func text() -> String? {
        guard bytes.count - place >= 4 else { return nil }
        let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - place - 4 else { return nil }
        let start = place + 4
        place = start + length
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    /// The next text as a number, at most so large.
    package mutating func number(most: Int = Int.max) -> Int? {
        guard let text = text(), let number = Int(text), (0...most).contains(number) else { return nil }
        return number
    }

    /// The next text as a value of a row; nil where the message is at its end.
    package mutating func value() -> String?? {
        guard let text = text() else { return nil }
        // By bytes: a mark that combines would go with the first of them.
        return .some(text.isEmpty ? nil : String(decoding: text.utf8.dropFirst(), as: UTF8.self))
    }

    /// Whether all was read.
    package var isAtEnd: Bool { place == bytes.count }
}
