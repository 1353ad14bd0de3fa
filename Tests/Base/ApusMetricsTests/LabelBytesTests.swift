import ApusMetrics
import Testing

@Suite struct LabelBytesTests {
    @Test func `values are escaped as the text format asks`() {
        let bytes = LabelBytes.render([("path", "C:\\a"), ("quote", "say \"hi\""), ("line", "1\n2"), ("city", "Zürich 🏔")])
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"path="C:\\a",quote="say \"hi\"",line="1\n2",city="Zürich 🏔""#)
    }

    @Test func `of a NUL, at which Prometheus takes a text to end, the sign for an unknown character is left`() {
        #expect(LabelBytes.render([("user", "ev\0il")]) == Array("user=\"ev\u{FFFD}il\"".utf8))
    }

    @Test func `what is rendered parses back, whatever the values hold`() throws {
        let alphabet: [Character] = ["a", "\\", "\"", "\n", "=", ",", "{", "}", " ", "é", "\u{0}", "\u{10FFFF}", "n"]
        for _ in 0..<5000 {
            let labels = (0..<Int.random(in: 0...4)).map { index in
                ("l\(index)", String((0..<Int.random(in: 0...12)).compactMap { _ in alphabet.randomElement() }))
            }
            let parsed = try LabelBytes.parse(LabelBytes.render(labels))
            #expect(parsed.map(\.name) == labels.map(\.0))
            #expect(parsed.map(\.value) == labels.map { $0.1.replacing("\u{0}", with: "\u{FFFD}") })
        }
    }

    @Test(arguments: [
        (#"a="1"b="2""#, LabelSyntaxError.missingComma),
        (#"a"#, .missingValue), (#"a=1"#, .missingValue), (#"a="1","#, .missingValue),
        (#"1a="x""#, .illegalName), (#"__name__="x""#, .illegalName), (#"="x""#, .illegalName), (#"a b="x""#, .illegalName),
        (#"a="1",a="2""#, .repeatedName("a")), (#"a="\t""#, .illegalEscape("a")), ("a=\"\n\"", .illegalEscape("a")),
        (#"a="x"#, .unterminatedValue("a")), (#"a="\"#, .illegalEscape("a")),
    ])
    func `labels of another process are refused when they break the grammar`(text: String, fault: LabelSyntaxError) {
        #expect(throws: fault) { try LabelBytes.parse(Array(text.utf8)) }
    }

    @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func `a value that is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: LabelSyntaxError.invalidUTF8("a")) {
            try LabelBytes.parse(Array("a=\"".utf8) + bytes + Array("\"".utf8))
        }
    }
}
