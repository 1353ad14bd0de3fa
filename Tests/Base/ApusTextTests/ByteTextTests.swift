import ApusText
import Testing

@Suite struct `A text by its bytes` {
    /// Marks whose normal order is another one: to normalise them takes the square of their number.
    private static let marks = "a" + String(repeating: "\u{0315}\u{0300}", count: 300_000)

    @Test(.timeLimit(.minutes(3))) func `is compared, ordered and hashed in no time, whatever marks it has`() {
        let start = ContinuousClock.now
        let (text, other) = (ByteText(Self.marks), ByteText(Self.marks + "b"))
        #expect(text != other)
        #expect(text < other)
        #expect(!"abc".hasSameBytes(as: Self.marks))
        #expect(Set([text, other, text]).count == 2)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `is its bytes, and not its characters`() {
        #expect(ByteText("é") != ByteText("e\u{301}"))
        #expect(["b", "a", "é", "ab", ""].map { ByteText($0) }.sorted().map(\.text) == ["", "a", "ab", "b", "é"])
        #expect("abc".dropFirst().hasSameBytes(as: "bc"))
        #expect(!"abc".hasSameBytes(as: "ab"))
    }
}
