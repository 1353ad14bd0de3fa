import ApusText
import Testing

@Suite struct `The JSON reader` {
    /// A reading of a text as one line, with the byte at which each value begins.
    private static func described(_ json: PlacedJSON) -> String {
        let value =
            switch json.value {
            case .null: "null"
            case .boolean(let bool): "\(bool)"
            case .number(let number): "\(number)"
            case .string(let text): "\"\(text)\""
            case .array(let elements): "[\(elements.map(described).joined(separator: ", "))]"
            case .object(let members):
                "{\(members.map { "\($0.nameOffset)@\($0.name)=\(described($0.value))" }.joined(separator: ", "))}"
            }
        return "\(json.offset):\(value)"
    }

    private static let strict = JSONReader.Rules.interchange(deepest: 32)

    private func read(_ text: String, as rules: JSONReader.Rules = strict) throws(JSONSyntaxError) -> PlacedJSON {
        try JSONReader.read(Array(text.utf8), as: rules)
    }

    @Test(arguments: [
        ("null", "0:null"), (" true ", "1:true"), ("false", "0:false"), ("0", "0:0.0"), ("-0", "0:-0.0"),
        ("-0.5e+10", "0:-5000000000.0"), ("1E9", "0:1000000000.0"), ("1e-2", "0:0.01"),
        ("123456789012345678901234567890", "0:1.2345678901234568e+29"),
        ("1e999", "0:inf"), ("1e-999", "0:0.0"),
        ("[]", "0:[]"), ("[ ]", "0:[]"), ("{ }", "0:{}"), ("\t\r\n[1,2]", "3:[4:1.0, 6:2.0]"), ("[\"\"]", "0:[1:\"\"]"),
        (#"{"a":{"b":[null]}, "" : 1}"#, #"0:{1@a=5:{6@b=10:[11:null]}, 19@=24:1.0}"#),
        (#""\"\\\/\b\f\n\r\t""#, "0:\"\"\\/\u{8}\u{C}\n\r\t\""), (#""x\u00E9y\ud83d\uDC26z""#, "0:\"xéy🐦z\""),
        (#""é🐦""#, "0:\"é🐦\""),
        (#""\u0000""#, "0:\"\u{0}\""), (#""\uFFFF\u2028""#, "0:\"\u{FFFF}\u{2028}\""), ("\"\u{7F}\"", "0:\"\u{7F}\""),
        (#"{"a":1,"A":2}"#, "0:{1@a=5:1.0, 7@A=11:2.0}"),
    ])
    func `reads what RFC 8259 allows, with the place of every value`(text: String, description: String) throws {
        #expect(Self.described(try read(text)) == description)
        #expect(Self.described(try read(text, as: .file())) == description)
    }

    @Test(arguments: [
        ("", 1, 1), ("  ", 1, 3), ("{", 1, 2), ("[1,]", 1, 4), ("[,1]", 1, 2), ("[1 2]", 1, 4), ("[1,,2]", 1, 4),
        (#"{"a":1,}"#, 1, 8), (#"{"a" 1}"#, 1, 6),
        (#"{"a":}"#, 1, 6), (#"{"a"}"#, 1, 5), (#"{"a":1 "b":2}"#, 1, 8), ("{,}", 1, 2), ("{1:1}", 1, 2), ("{null:1}", 1, 2),
        ("[1}", 1, 3), (#"{"a":1]"#, 1, 7), ("]", 1, 1),
        (#"{a:1}"#, 1, 2), ("{'a':1}", 1, 2), ("{\"a\":1,\n  \"b\": ?}", 2, 8), ("01", 1, 2), ("-01", 1, 3), ("1.", 1, 3),
        ("1.e1", 1, 3), ("-", 1, 2), ("--1", 1, 2), ("+1", 1, 1), ("1e", 1, 3), ("1e+", 1, 4),
        ("1e1.5", 1, 4), ("0x10", 1, 2), ("1_000", 1, 2), ("0e+-1", 1, 4), (".5", 1, 1), ("-.5", 1, 2), ("1 000", 1, 3),
        ("nul", 1, 1), ("NaN", 1, 1), ("Infinity", 1, 1), ("-Infinity", 1, 2), ("nan", 1, 1), ("True", 1, 1), ("truely", 1, 5),
        ("[] []", 1, 4), (#""abc"#, 1, 1), ("\"a\nb\"", 1, 3), ("\"a\tb\"", 1, 3), ("\"\u{0}\"", 1, 2), (#""\x""#, 1, 2),
        (#""\'""#, 1, 2),
        (#""\U0041""#, 1, 2), (#""a\"#, 1, 3), (#""\u12"#, 1, 6), (#""\u12g4""#, 1, 6), (#""\u+123""#, 1, 4),
        (#""\u 123""#, 1, 4),
        (#"{"é":x}"#, 1, 6), ("\u{FEFF}1", 1, 1), ("'a'", 1, 1), ("[1]//", 1, 4), ("/**/1", 1, 1), ("[1]\u{A0}", 1, 4),
        ("\u{C}1", 1, 1), ("1\u{0}", 1, 2),
    ])
    func `names the place at which a text stops being JSON`(text: String, line: Int, column: Int) {
        for rules in [Self.strict, .file()] {
            let error = #expect(throws: JSONSyntaxError.self) { try read(text, as: rules) }
            #expect(error?.place == TextPlace(line: line, column: column))
            #expect(error.map { TextPlace(offset: $0.offset, in: text.utf8) } == error?.place)
        }
    }

    @Test(arguments: [
        (
            #"{"a":1,}"#,
            "line 1, column 8: } stands where the name of a member, in quotation marks, is expected: leave out the comma before it"
        ),
        ("[1,\n]", "line 2, column 1: ] stands where a value is expected: leave out the comma before it"),
        ("[1", "line 1, column 3: the text ends where a comma or ] is expected"),
        (#"["\d"]"#, "line 1, column 3: no escape of JSON: write \\\\ for a backslash, or \\u and four hexadecimal digits"),
        (#"["a]"#, "line 1, column 2: the string that begins here does not end: close it with \""),
        ("1 1", "line 1, column 3: something follows the end of the value: leave it out"),
    ])
    func `says what is wrong and what to do`(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try read(text) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 8, "0:{1@a=5:1.0, 7@a=11:2.0}"), (#"{"a":1,"\u0061":2}"#, 8, "0:{1@a=5:1.0, 7@a=16:2.0}"),
        (#"["\ud800"]"#, 3, "0:[1:\"\u{FFFD}\"]"), (#"["\ud800\u0041"]"#, 3, "0:[1:\"\u{FFFD}A\"]"),
        (#"["\udc00\ud800"]"#, 3, "0:[1:\"\u{FFFD}\u{FFFD}\"]"), (#"["\ud800\ud800\udc00"]"#, 3, "0:[1:\"\u{FFFD}\u{10000}\"]"),
        (#"["\ud800x"]"#, 3, "0:[1:\"\u{FFFD}x\"]"),
    ])
    func `takes names twice and halves of characters from a file, and refuses them from a program`(
        text: String, column: Int, description: String
    ) throws {
        #expect(Self.described(try read(text, as: .file())) == description)
        let error = #expect(throws: JSONSyntaxError.self) { try read(text) }
        #expect(error?.place == TextPlace(line: 1, column: column))
    }

    @Test func `finds a member by its name, the last of two`() throws {
        let json = try read(#"{"a":1,"b":2,"a":3}"#, as: .file())
        #expect(json["a"]?.offset == 17)
        #expect(json["b"]?.kind == "a number")
        #expect(json["c"] == nil && json["a"]?["a"] == nil)
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
        [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0x22, 0xE2, 0x5C, 0x6E, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0xFF],
        [0x31, 0xC2, 0xA0], [0x22, 0x5C, 0xE9, 0x22],
    ])
    func `refuses what is not UTF-8`(bytes: [Int]) {
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(bytes.map { UInt8($0) }, as: Self.strict) }
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(bytes.map { UInt8($0) }, as: .file()) }
    }

    @Test(arguments: ["[", "{\"a\":", "[[{\"a\":"]) func `refuses depth past its rules, without going down all the way`(
        opening: String
    ) throws {
        let text = String(repeating: "[", count: 32)
        _ = try read(text + String(repeating: "]", count: 32))
        let error = #expect(throws: JSONSyntaxError.self) { try read(text + "[") }
        #expect(error?.place == TextPlace(line: 1, column: 33))
        #expect(throws: JSONSyntaxError.self) { try read(String(repeating: opening, count: 1_000_000)) }
    }

    @Test func `refuses a text past its size unread`() throws {
        _ = try read("[1,2]", as: .interchange(deepest: 2, largest: 5))
        let error = #expect(throws: JSONSyntaxError.self) { try read("[1,2] ", as: .interchange(deepest: 2, largest: 5)) }
        #expect(error?.reason == "the text has 6 bytes, and 5 are read at most")
    }

    /// Any prefix of a text, and any text with one byte changed, is read or refused, and never stops the process.
    @Test func `survives texts that are cut or changed anywhere`() throws {
        let text = Array(#"{"notifications":[{"userId":"é\u00e9\ud83d\udc26","n":[-1.5e-3,true,null]}]}"#.utf8)
        for rules in [Self.strict, .file()] {
            for end in text.indices {
                #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(text[..<end]), as: rules) }
            }
            for index in text.indices {
                for byte: UInt8 in [0, 0x0A, 0x22, 0x2C, 0x5C, 0x5D, 0x75, 0x7D, 0x80, 0xFF] {
                    var changed = text
                    changed[index] = byte
                    _ = try? JSONReader.read(changed, as: rules)
                }
            }
        }
    }

    @Test(arguments: [
        (#" "abc""#, 1, 2, 4), (#" "a\"bc""#, 1, 2, 5), (#""\u00e9x""#, 0, 2, 7), (#""\ud83d\udc26x""#, 0, 4, 13),
        (#""éx""#, 0, 2, 3),
        (#""abc""#, 0, 9, 4),
    ])
    func `finds the byte at which a byte of a string is written`(text: String, start: Int, offset: Int, byte: Int) {
        #expect(JSONReader.byte(of: offset, inStringAt: start, of: Array(text.utf8)) == byte)
    }

    @Test(arguments: [("1", 0), ("\"a\"", 9), ("\"\\", 0)]) func `finds no byte where no string stands`(
        text: String, start: Int
    ) {
        #expect(JSONReader.byte(of: 1, inStringAt: start, of: Array(text.utf8)) == nil)
    }
}
