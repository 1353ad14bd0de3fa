import ApusTerminal
import HostTesting
import Testing

/// Texts from outside as a terminal shows them.
@Suite struct TextCellsTests {
    @Test(arguments: [
        ("checkout-1", "checkout-1", 10), ("", "", 0), ("日本", "日本", 4), ("ｆｕ", "ｆｕ", 4), ("é", "é", 1),
        ("e\u{301}", "e\u{301}", 1),
        ("\u{1B}[2J", "␛[2J", 4), ("a\nb\u{7}\u{7F}\0", "a␊b␇␡␀", 6), ("\u{9B}2J", "\u{FFFD}2J", 3),
        ("\u{202E}x\u{2066}", "\u{FFFD}x\u{FFFD}", 3), ("\u{200B}", "\u{FFFD}", 1), ("\u{2028}", "\u{FFFD}", 1),
        ("👍🏽", "👍", 2), ("👩‍👧", "👩👧", 4), ("❤\u{FE0F}", "❤", 1), ("🇩🇪", "🇩🇪", 2), ("a\u{200D}b", "a\u{FFFD}b", 3),
        ("\u{301}x", "\u{25CC}\u{301}x", 2), ("\u{3164}", "\u{FFFD}", 1), ("\u{E000}", "\u{FFFD}", 1),
        ("\u{10FFFF}", "\u{FFFD}", 1),
        ("\u{D55C}\u{1112}\u{1161}", "\u{D55C}\u{1112}\u{1161}", 4),
    ])
    func `show what a person can see, in cells that are counted`(raw: String, shown: String, width: Int) {
        let cells = TextCells(raw)
        #expect(Array(cells.text.unicodeScalars) == Array(shown.unicodeScalars))
        #expect(cells.width == width)
    }

    @Test func `a letter has two marks at most`() {
        let cells = TextCells("e" + String(repeating: "\u{301}", count: 100_000) + "x")
        #expect(cells.text.unicodeScalars.count == 4)
        #expect(cells.width == 2)
    }

    @Test(arguments: [
        ("checkout", 8, "checkout"), ("checkout", 7, "checko…"), ("checkout", 1, "…"), ("checkout", 0, ""), ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc日", 4, "abc…"), ("日", 1, "…"), ("e\u{301}e\u{301}", 1, "…"),
    ])
    func `are cut at the end of a column`(raw: String, most: Int, shown: String) {
        let cells = TextCells(raw, atMost: most)
        #expect(cells.text == shown)
        #expect(cells.width <= most)
    }

    @Test func `are fitted into a column`() {
        #expect(TextCells("ab").fitted(to: 4).text == "ab  ")
        #expect(TextCells("ab").fitted(to: 4, .right).text == "  ab")
        #expect(TextCells("日本").fitted(to: 3).text == "日…")
        #expect(TextCells("日本").fitted(to: 2) == TextCells("…").fitted(to: 2))
        #expect(TextCells("abc").fitted(to: 2, in: .ascii).text == "a~")
        for width in 0...8 { #expect(TextCells("a日e\u{301}👍b").fitted(to: width).width == width) }
    }

    @Test func `are of ASCII alone where the terminal has no more`() {
        let cells = TextCells("é日\u{1B}x\u{202E}", in: .ascii)
        #expect(cells.text == "???x?" && cells.width == 5)
    }

    /// Python's tables are made from the same files of Unicode by others.
    @Test func `are as wide as Python says`() throws {
        let script = """
            unicodedata = __import__("unicodedata")
            sys = __import__("sys")
            wide = []
            for value in range(0x20, 0x110000):
                letter = chr(value)
                if unicodedata.category(letter) in ("Cn", "Co", "Cs", "Cc", "Cf", "Zl", "Zp", "Mn", "Me"): continue
                if unicodedata.east_asian_width(letter) in "WF": wide.append(value)
            print(*wide)
            """
        let made = try Command.run("python3", ["-c", script])
        let wide = Set(made.output.split(whereSeparator: \.isWhitespace).compactMap { UInt32($0) })
        #expect(wide.count > 180_000 || wide.count > 90_000, "\(made.errors)")
        var wrong: [UInt32] = []
        for value in wide {
            // What is not seen, such as the filler among the letters of Korean, has one sign in its place.
            if let scalar = Unicode.Scalar(value), case let cells = TextCells(String(scalar)), cells.width != 2,
                cells.text != "\u{FFFD}"
            {
                wrong.append(value)
            }
        }
        #expect(wrong.isEmpty)
        let letters: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0xA1...0xAC, 0x370...0x373, 0x400...0x482, 0x2190...0x2300, 0x2580...0x259F,
        ]
        for value in letters.joined() where !wide.contains(value) {
            #expect(Unicode.Scalar(value).map { TextCells(String($0)).width } == 1, "U+\(String(value, radix: 16))")
        }
    }
}
