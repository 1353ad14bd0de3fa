import ApusTerminal
import Testing

/// Keys from the bytes of a terminal.
@Suite struct KeyDecoderTests {
    private static let samples: [(String, [TerminalKey])] = [
        ("a", [.character("a")]), ("\r", [.enter]), ("\t", [.tab]), ("\u{7F}", [.backspace]), ("\u{3}", [.control("c")]),
        ("\u{1B}[A", [.up]), ("\u{1B}OB", [.down]), ("\u{1B}[C", [.right]), ("\u{1B}[D", [.left]), ("\u{1B}[5~", [.pageUp]),
        ("\u{1B}[6~", [.pageDown]), ("\u{1B}[H", [.home]), ("\u{1B}[1~", [.home]), ("\u{1B}OF", [.end]), ("\u{1B}[8~", [.end]),
        ("\u{1B}[3~", [.delete]), ("\u{1B}[1;5A", [.up]), ("\u{1B}[6;3~", [.pageDown]), ("\u{1B}[15~", [.other]),
        ("\u{1B}[[A", [.other]), ("\u{1B}x", [.other]), ("\u{1B}\u{1B}[A", [.escape, .up]),
        ("ä日🙂", [.character("ä"), .character("日"), .character("🙂")]),
        ("q\u{1B}[Bq", [.character("q"), .down, .character("q")]),
        ("\u{1B}[200~x\u{1B}[201~", [.other, .character("x"), .other]),
    ]

    @Test func `are the same however their bytes come`() {
        for (text, keys) in Self.samples {
            let bytes = Array(text.utf8)
            for split in 0...bytes.count {
                var decoder = KeyDecoder()
                let found = decoder.keys(of: bytes[..<split]) + decoder.keys(of: bytes[split...])
                #expect(found == keys, "\(text.debugDescription) in pieces of \(split) and \(bytes.count - split)")
                #expect(!decoder.isPending)
            }
            var decoder = KeyDecoder()
            #expect(bytes.flatMap { decoder.keys(of: [$0]) } == keys, "\(text.debugDescription) byte by byte")
        }
    }

    @Test func `an escape that nothing follows is the key Esc`() {
        var decoder = KeyDecoder()
        #expect(decoder.keys(of: [0x1B]) == [] && decoder.isPending)
        #expect(decoder.rest() == [.escape] && !decoder.isPending)
        #expect(decoder.keys(of: Array("\u{1B}[1;".utf8)) == [])
        #expect(decoder.rest() == [.other])
        #expect(decoder.rest() == [])
    }

    @Test func `rubbish is no key, and holds nothing up`() {
        var decoder = KeyDecoder()
        #expect(decoder.keys(of: [0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, UInt8(ascii: "q")]).last == .character("q"))
        #expect(decoder.keys(of: [0x1B, UInt8(ascii: "[")] + Array(repeating: UInt8(ascii: "1"), count: 100)) == [.other])
        #expect(decoder.keys(of: [0x1B, UInt8(ascii: "["), 0x0D]) == [.other, .enter])
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...20, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator)
            }
            _ = decoder.keys(of: bytes)
        }
        _ = decoder.rest()
        #expect(decoder.keys(of: Array("q".utf8)) == [.character("q")])
    }
}
