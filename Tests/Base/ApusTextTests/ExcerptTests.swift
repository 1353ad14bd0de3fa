import ApusText
import Testing

@Suite struct ExcerptTests {
    @Test func `what combines into one character is cut as well`() {
        let text = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(text.count == 1)
        #expect(text.excerpt(64).utf8.count == 127)
        #expect("short".excerpt(64) == "short")
        #expect("/a/b".dropFirst().excerpt(2) == "a/")
    }
}
