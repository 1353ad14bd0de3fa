/// A text that is hashed, compared and ordered by its bytes, in a time that grows with its length alone.
///
/// A `String` is brought into Unicode's normal form first, which takes the square of the length of a run of combining marks: half a
/// megabyte of them from a stranger takes minutes. A name from outside that is a key, or is sorted, is one of these.
package struct ByteText: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) { self.text = text }

    package init(stringLiteral text: String) { self.text = text }

    package static func == (left: Self, right: Self) -> Bool { left.text.hasSameBytes(as: right.text) }

    package static func < (left: Self, right: Self) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text.utf8.count)
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension StringProtocol {
    /// Whether both texts are the same bytes, which is how a name from outside is compared with one that is known (``ByteText`` says why).
    package func hasSameBytes(as other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
