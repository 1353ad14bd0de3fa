/// The place at which a text stops being JSON, and why.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The byte of the text at which it goes wrong.
    package let offset: Int
    package let place: TextPlace
    /// What is wrong, and what to write where that is not plain.
    package let reason: String

    init(_ reason: String, at offset: Int, in text: [UInt8]) {
        self.offset = offset
        self.reason = reason
        place = TextPlace(offset: offset, in: text)
    }

    package var description: String { "line \(place.line), column \(place.column): \(reason)" }
}
