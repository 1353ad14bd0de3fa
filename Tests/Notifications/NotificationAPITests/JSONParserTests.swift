import NotificationAPI
import Testing

@Suite struct `The JSON parser` {
    private func parse(_ text: String) throws(JSONFault) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .boolean), ("false", .boolean), ("0", .number), ("-0.5e+10", .number),
        ("1E9", .number),
        ("[]", .array([])), ("[ ]", .array([])), ("{ }", .object([:])), ("\t\r\n[1,2]", .array([.number, .number])),
        (#"{"a":{"b":[null]}}"#, .object(["a": .object(["b": .array([.null])])])),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")), (#""\u00e9\ud83d\udc26""#, .string("é🐦")),
        (#""é🐦""#, .string("é🐦")),
        (#""\u0000""#, .string("\u{0}")),
    ])
    func `reads what RFC 8259 allows`(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        ("", 1, 1), ("  ", 1, 3), ("{", 1, 2), ("[1,]", 1, 4), ("[1 2]", 1, 4), (#"{"a":1,}"#, 1, 8), (#"{"a" 1}"#, 1, 6),
        (#"{a:1}"#, 1, 2), ("{\"a\":1,\n  \"b\": ?}", 2, 8), ("01", 1, 2), ("1.", 1, 3), ("-", 1, 2), ("1e", 1, 3),
        (".5", 1, 1),
        ("nul", 1, 1), ("NaN", 1, 1), ("[] []", 1, 4), (#""abc"#, 1, 1), ("\"a\nb\"", 1, 3), (#""\x""#, 1, 2),
        (#""\u12g4""#, 1, 6),
        (#""\ud800""#, 1, 2), (#""\ud800\u0041""#, 1, 2), (#""\udc00""#, 1, 2), (#"{"é":x}"#, 1, 6), (#"{"a":1,"a":2}"#, 1, 8),
        ("\u{FEFF}1", 1, 1), ("'a'", 1, 1), ("[1]//", 1, 4),
    ])
    func `names the place at which a text stops being JSON`(text: String, line: Int, column: Int) {
        let fault = #expect(throws: JSONFault.self) { try parse(text) }
        #expect(fault?.line == line)
        #expect(fault?.column == column)
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
    ])
    func `refuses strings that are not UTF-8`(bytes: [Int]) {
        #expect(throws: JSONFault.self) { try JSONParser.parse(bytes.map { UInt8($0) }) }
    }

    @Test func `refuses arrays in arrays past its depth, without going down all the way`() throws {
        let deepest = JSONParser.deepest
        _ = try parse(String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest))
        let fault = #expect(throws: JSONFault.self) { try parse(String(repeating: "[", count: 1_000_000)) }
        #expect(fault?.column == deepest + 1)
    }

    /// Any prefix of a text, and any text with one byte changed, is read or refused, and never stops the process.
    @Test func `survives texts that are cut or changed anywhere`() throws {
        let text = Array(#"{"notifications":[{"userId":"é\u00e9\ud83d\udc26","n":[-1.5e-3,true,null]}]}"#.utf8)
        for end in text.indices { #expect(throws: JSONFault.self) { try JSONParser.parse(Array(text[..<end])) } }
        for index in text.indices {
            for byte: UInt8 in [0, 0x0A, 0x22, 0x2C, 0x5C, 0x5D, 0x7D, 0x80, 0xFF] {
                var changed = text
                changed[index] = byte
                _ = try? JSONParser.parse(changed)
            }
        }
    }
}
