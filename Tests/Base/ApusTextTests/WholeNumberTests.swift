import ApusText
import Testing

@Suite struct `A number that is all of a text` {
    @Test func `is none where something follows a null byte, or nothing does`() {
        for text in ["12\0", "12\0abc", "\0", "\u{0}12", "", " 12", "12 ", "twelve"] {
            #expect(text.wholeDouble == nil, "\(text.debugDescription)")
        }
        // The reason for which it is there.
        #expect(Double("12\0abc") == 12)
    }

    @Test func `is read as the standard library reads it`() {
        for (text, number) in [("12", 12.0), ("-0.5", -0.5), ("1e3", 1000), ("inf", .infinity)] {
            #expect(text.wholeDouble == number)
        }
        #expect("x12".dropFirst().wholeDouble == 12)
    }
}
