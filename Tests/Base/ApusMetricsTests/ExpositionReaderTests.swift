import ApusMetrics
import HostTesting
import Testing

@Suite struct `The reader of expositions` {
    /// Each line as one text.
    private static func lines(_ text: String, as grammar: ExpositionReader.Grammar) throws -> [String] {
        var reader = ExpositionReader(text, as: grammar)
        var lines: [String] = []
        while let line = try reader.next() {
            let said =
                switch line {
                case .unit(let family, let unit): "unit \(family): \(unit)"
                case .end: "end"
                case .help(let family, let help): "help \(family): \(help)"
                case .type(let family, let kind): "type \(family): \(kind.rawValue)"
                case .sample(let sample):
                    "\(sample.name)\(sample.labels.map { "[\($0.name)|\($0.value)]" }.joined()) = \(sample.valueText)"
                }
            lines.append("\(reader.lineNumber) \(said)")
        }
        return lines
    }

    @Test(arguments: [ExpositionReader.Grammar.text, .any]) func `tells what each line says`(
        grammar: ExpositionReader.Grammar
    ) throws {
        let text = """
            # a comment

            # HELP a_total With a \\\\ and\\na newline.
            #TYPE a_total  counter
            a_total{path="/a \\"b\\" {c},d=\\"e\\"",method="\\\\n\\n",} 3 1700000000000
            \ta_total \t{ status = "200" , empty = "" } +Inf
            é_is_a_comment_only_behind_a_hash 1
            """.replacing("é_is", with: "# é_is")
        #expect(
            try Self.lines(text, as: grammar) == [
                "3 help a_total: With a \\ and\na newline.", "4 type a_total: counter",
                "5 a_total[path|/a \"b\" {c},d=\"e\"][method|\\n\n] = 3", "6 a_total[status|200][empty|] = +Inf",
            ])
    }

    @Test func `takes what OpenMetrics has, in either version, and the line ends of Windows`() throws {
        let text = """
            # TYPE visits counter\r
            # UNIT visits seconds\r
            # HELP visits With \\"quotes\\".\r
            visits_total{page="a"} 1.5 1700000000.123 st@1600000000.5 # {trace_id="x#\\""} 1 1700000000.1 # {} 2\r
            # TYPE build info
            {"a.b c","d e"="f",g="h"} 1 # {a="b"} 0.5
            {"quoted"} 2
            dotted.name 3
            wait{a="b"} {count:3,sum:1.5,bucket:[1.0:1,+Inf:3]} st@1 # {} 1 2
            # TYPE "x.y" stateset
            # TYPE z unknown
            # TYPE h gaugehistogram
            a{__name__x="1"} NaN
            # EOF
            """
        #expect(
            try Self.lines(text, as: .any) == [
                "1 type visits: counter", "2 unit visits: seconds", "3 help visits: With \"quotes\".",
                "4 visits_total[page|a] = 1.5",
                "5 type build: info", "6 a.b c[d e|f][g|h] = 1", "7 quoted = 2", "8 dotted.name = 3",
                "9 wait[a|b] = {count:3,sum:1.5,bucket:[1.0:1,+Inf:3]}", "10 type x.y: stateset", "11 type z: untyped",
                "12 type h: gaugehistogram", "13 a[__name__x|1] = NaN", "14 end",
            ])
    }

    @Test(arguments: [
        "a 1\r", "a 1 1.5", "a 1 # {b=\"c\"} 1", "{\"a\"} 1", "a.b 1", "a {count:1}", "# TYPE a info", "# TYPE a unknown",
        "a 1 st@1", "a{\"b\"=\"c\"} 1", "# TYPE \"a\" gauge",
    ])
    func `takes nothing of that where the text format is asked for`(line: String) throws {
        #expect(throws: ExpositionSyntaxError.self) { try Self.lines(line, as: .text) }
        #expect(try Self.lines(line, as: .any).count == 1)
    }

    @Test(
        arguments: [
            ("<html>", 1, .noName), ("9lives 1", 1, .noName), ("{a=\"b\"} 1", 1, .noName), ("# TYPE 9 gauge", 8, .noName),
            ("{\"a", 2, .badLabel),
            ("a{b=\"c\" 1", 9, .badLabel), ("a{b=\"c\"", 8, .badLabel), ("a{b} 1", 3, .badLabel), ("a{b=c} 1", 5, .badLabel),
            ("a{\"b\",\"c\"} 1", 3, .badLabel), ("{\"a\",\"c\"} 1", 6, .badLabel), ("a{,} 1", 3, .badLabel),
            ("a{9=\"b\"} 1", 3, .badLabel),
            ("a{é=\"1\",b=\"1\"} 1", 3, .badLabel), ("a{b=\"é\",b=\"1\"} 1", 9, .repeatedLabel("b")),
            ("a{b=\"1} 1", 5, .badLabelValue("b")), ("a{b=\"é\\x\"} 1", 7, .badLabelValue("b")),
            ("a{b=\"\\", 5, .badLabelValue("b")),
            ("a", 2, .badValue("")), ("a one", 3, .badValue("one")), ("a {count:1", 3, .badValue("{count:1")),
            ("a 1 soon", 5, .badTimestamp("soon")), ("a 1 st@", 5, .badTimestamp("st@")), ("a 1 # b", 5, .badExemplar),
            ("a 1 # {b=\"c\"}", 14, .badExemplar), ("a 1 # {\"b\"} 1", 5, .badExemplar),
            ("a 1 # {} 1 x", 12, .badTimestamp("x")),
        ] as [(String, Int, ExpositionSyntaxError.Problem)])
    func `tells the line, the column and the problem of what is none`(
        line: String, column: Int, problem: ExpositionSyntaxError.Problem
    ) {
        let error = #expect(throws: ExpositionSyntaxError.self) { try Self.lines("fine 1\n\n\(line)\nfine 1", as: .any) }
        #expect(
            error == nil || error?.line == 3 && error?.column == column && error?.problem == problem,
            "\(String(describing: error))")
        #expect(error?.description.hasPrefix("line 3, column \(column) of the exposition: ") == true)
    }

    /// Go's strconv.ParseFloat without what Prometheus refuses of it, which is less than Swift's `Double` takes.
    @Test(
        arguments: [
            ("0", 0), ("-0", -0.0), ("+1", 1), ("1.", 1), (".5", 0.5), ("1e3", 1000), ("1E-3", 0.001), ("00.1e+01", 1),
            ("1e-999", 0),
            ("Inf", .infinity), ("+inf", .infinity), ("-Infinity", -.infinity), ("NaN", .nan), ("nan", .nan),
            ("9007199254740993", 9_007_199_254_740_992),
        ] as [(String, Double)])
    func `reads a number as Prometheus does`(text: String, value: Double) throws {
        for grammar in [ExpositionReader.Grammar.text, .any] {
            let sample = try #require(try ExpositionReader.samples(in: "a \(text)\n", as: grammar).first)
            #expect(sample.value == value || sample.value?.isNaN == true && value.isNaN)
            #expect(sample.valueText == text)
        }
    }

    @Test(arguments: [
        "", "+", "-", ".", "e3", "1e", "1e+", "1.5.2", "1,5", "0x10", "0x1p4", "1_000", "+nan", "-nan", "nan(0x1)", "snan",
        "infinit", "in", "1e999",
        "-1e999", "１", "1f", "--1", "true",
    ])
    func `refuses what else Swift or a person takes for a number`(text: String) {
        for grammar in [ExpositionReader.Grammar.text, .any] {
            #expect(throws: ExpositionSyntaxError.self) { try ExpositionReader.samples(in: "a \(text)", as: grammar) }
        }
    }

    @Test func `a sample is written back as it stood`() throws {
        let text = "a{b=\"\\\\ \\\" \\n\",c=\"\"}"
        let sample = try #require(try ExpositionReader.samples(in: "up 1\n\(text) 1").last)
        #expect(sample.series == text)
        #expect(sample["b"] == "\\ \" \n" && sample["c"] == "" && sample["d"] == nil)
        #expect(try ExpositionReader.samples(in: "up 1").first?.series == "up")
    }

    @Test func `any bytes are read or refused, never more`() {
        var random = SeededGenerator(seed: 9)
        let alphabet = Array("a_b{}=\"\\,#: \tTYPEHLgauge1.e+N@s\r\n".utf8)
        var tooMany: [String] = []
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let text = String(decoding: bytes, as: UTF8.self)
            for grammar in [ExpositionReader.Grammar.text, .any] {
                guard let samples = try? ExpositionReader.samples(in: text, as: grammar) else { continue }
                if samples.count > text.utf8.split(separator: UInt8(ascii: "\n")).count { tooMany.append(text) }
            }
        }
        #expect(tooMany == [])
    }
}
