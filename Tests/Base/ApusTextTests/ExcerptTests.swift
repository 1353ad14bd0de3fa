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

    @Test func `what is not seen is shown`() {
        let text = "\u{1B}]0;evil\u{7} a\u{85}b\u{9B}c\u{2028}d\u{202E}e\u{3164}f\u{115F}\u{2800}\u{7F}\n\tg größe 名"
        #expect(text.showingUnseen() == "?]0;evil? a?b?c?d?e?f?????g größe 名")
        #expect(text.showingUnseen(keepingLines: true) == "?]0;evil? a?b?c?d?e?f???\n\tg größe 名")
        #expect("plain".dropFirst().showingUnseen() == "lain")
        #expect("a\u{2028}\"b".quotedExcerpt(3) == "“a?\"”")
    }
}
