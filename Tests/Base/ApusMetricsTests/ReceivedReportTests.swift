import ApusMetrics
import Testing

@Suite struct `A reported text` {
    private static func report(
        _ text: String, as format: ReceivedTextFormat = .text, limits: ReceivedLimits = ReportedText.limits
    ) throws -> ReceivedReport {
        try ReceivedReport(text: Array(text.utf8), as: format, limits: limits)
    }

    private static func served(_ report: ReceivedReport, _ format: ExpositionFormat) -> String {
        String(decoding: report.served(format, target: [("service", "s"), ("instance", "i")]), as: UTF8.self)
    }

    @Test func `is served with the labels of its target before its own, sorted and without empty ones`() throws {
        let report = try Self.report(
            """
            # HELP jobs Waiting.
            # TYPE jobs gauge
            jobs{z="1",queue="a b",empty=""} 3 1700000000000
            jobs -7.5
            """)
        #expect(
            Self.served(report, .text004) == """
                # HELP jobs Waiting.
                # TYPE jobs gauge
                jobs{service="s",instance="i",queue="a b",z="1"} 3
                jobs{service="s",instance="i"} -7.5

                """)
        #expect(report.sampleCount == 2 && report.seriesCount == 2 && report.byteCount > 100)
    }

    /// Compared as texts they would take the square of their length: hours for a body that is allowed.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "# TYPE g %\ng 1\n", "# % g gauge\ng 1\n", "# UNIT g %\n# TYPE g gauge\ng 1\n", "# HELP g %\ng 1\n",
            "# TYPE % gauge\ng 1\n", "# TYPE \"%\" gauge\n{\"%\"} 1\n{\"%\",a=\"b\"} 1\n", "{\"%\"=\"b\",\"%c\"=\"b\",g} 1\n",
            "# TYPE h histogram\nh_bucket{le=\"%\"} 1\nh_bucket{\"%\"=\"1\"} 1\n",
            "g{a=\"%\"} 1\ng{a=\"%\"} 1\ng{a=\"%x\"} 1\n",
            "# TYPE s stateset\ns{s=\"%\"} 1\ns{s=\"%a\"} 0\n", "g % 1\n", "g 1 %\n", "% 1\n",
        ]) func `with a run of combining marks anywhere costs no more than another`(_ text: String)
    {
        let marks = "a" + String(repeating: "\u{301}\u{316}", count: 200_000)
        for format in [ReceivedTextFormat.text, .openMetrics] {
            let end = format == .openMetrics ? "# EOF\n" : ""
            let report = try? Self.report(text.replacing("%", with: marks) + end, as: format)
            #expect((report?.byteCount ?? 0) < 1 << 20)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `with 100,000 labels on a line is refused whoever reads it`() throws {
        let labels = (0..<100_000).map { "l\($0)=\"1\"" }.joined(separator: ",")
        #expect(throws: ExpositionSyntaxError.self) { try ExpositionReader.samples(in: "g{\(labels)} 1\n") }
        #expect(throws: ExpositionSyntaxError.self) { try ExpositionSummary(parsing: "g{\(labels)} 1\n") }
        #expect(
            try ExpositionReader.samples(in: "g{\(labels.split(separator: ",").prefix(1024).joined(separator: ","))} 1\n").count
                == 1)
    }

    @Test func `keeps whole numbers above 2^53, and below minus that`() throws {
        let numbers = ["9007199254740993", "18446744073709551615", "-9223372036854775808", "-0", "1e3", "18446744073709551616"]
        let report = try Self.report(numbers.enumerated().map { "n\($0.offset) \($0.element)\n" }.joined())
        #expect(
            report.families.map(\.series[0].value) == [
                .integer(9_007_199_254_740_993), .integer(Int128(UInt64.max)), .integer(Int128(Int64.min)), .number(-0.0),
                .number(1000), .number(18_446_744_073_709_551_616),
            ])
    }

    @Test func `has labels that say whose a series is under other names, and names of other characters with underscores`()
        throws
    {
        let report = try Self.report(
            """
            # TYPE "http.requests" counter
            {"http.requests","héllo"="x",service="a",instance="b",job="c"} 1
            """)
        #expect(
            Self.served(report, .text004) == """
                # TYPE http_requests counter
                http_requests{service="s",instance="i",exported_instance="b",exported_job="c",exported_service="a",h__llo="x"} 1

                """)
    }

    @Test func `has a label that was renamed before renamed once more, and may tell a type again`() throws {
        let report = try Self.report(
            """
            # TYPE up gauge
            up{instance="a",exported_instance="b",exported_exported_instance="c"} 1
            # TYPE up gauge
            up{instance="d"} 0
            """)
        #expect(
            Self.served(report, .text004) == """
                # TYPE up gauge
                up{service="s",instance="i",exported_exported_exported_instance="a",exported_exported_instance="c",exported_instance="b"} 1
                up{service="s",instance="i",exported_instance="d"} 0

                """)
    }

    @Test func `may have the lines of a family apart and a counter beside a family of its short name`() throws {
        let text = """
            # TYPE alloc_bytes gauge
            alloc_bytes 1
            # TYPE alloc_bytes_total counter
            alloc_bytes_total{a="1"} 2
            alloc_bytes{b="1"} 3
            alloc_bytes_total 4
            """
        let report = try Self.report(text)
        #expect(report.families.map(\.series.count) == [2, 2])
        #expect(
            String(decoding: report.served(.openMetrics100), as: UTF8.self) == """
                # TYPE alloc_bytes gauge
                alloc_bytes 1
                alloc_bytes{b="1"} 3
                # TYPE alloc_bytes_total unknown
                alloc_bytes_total{a="1"} 2
                alloc_bytes_total 4
                # EOF

                """)
        let strict = try Self.report(text.replacing("_total counter", with: " counter") + "\n# EOF\n", as: .openMetrics)
        #expect(strict.families.map(\.name) == ["alloc_bytes", "alloc_bytes_total"] && strict.leftOut.counts == [.type: 1])
    }

    @Test(arguments: [
        ("# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\n# TYPE x_count_total counter\nx_count_total 1\n", "x_count_total"),
        ("# TYPE x_total counter\nx_total 1\n# TYPE x_created_total counter\nx_created_total 1\n", "x_created_total"),
    ])
    func `has a counter without its type in OpenMetrics 1.0 where its short name is another's`(text: String, name: String)
        throws
    {
        let report = try Self.report(text)
        #expect(report.families.filter(\.isUntypedInOpenMetrics).map(\.name) == [name])
        let served = report.served(.openMetrics100, writesCreated: true)
        #expect(try ReceivedReport(text: served, as: .openMetrics, limits: ReportedText.limits).families.count == 2)
        #expect(try ReportedText().refused([served]) == "0 differences\n")
    }

    @Test func `has a counter without _total under its name, which OpenMetrics does not know as one`() throws {
        let report = try Self.report("# TYPE hits counter\nhits 2\n")
        #expect(Self.served(report, .text004).contains("# TYPE hits counter\n"))
        #expect(Self.served(report, .openMetrics100).contains("# TYPE hits unknown\n"))
        #expect(Self.served(report, .openMetrics200).contains("# TYPE hits counter\n"))
    }

    static let faults: [(String, Int, String)] = [
        ("a{b=\"1\" 1", 1, "commas"), ("a one", 1, "no number"), ("a 1 1.5", 1, "timestamp"),
        ("a{b=\"1\",b=\"2\"} 1", 1, "second time"), ("# TYPE s stateset", 1, "no type"),
        ("a 1\r\nb 2\r\n", 1, "end in \\n alone"), ("# HELP a x\n# TYPE a gauge\r\n", 2, "end in \\n alone"),
        ("\r\n", 1, "end in \\n alone"), ("\u{FEFF}# TYPE a gauge\na 1\n", 1, "byte order mark"),
        (String((0..<102).map { "f\($0) 1\n" }.joined()), 101, "families"),
        (String((0..<1002).map { "f{a=\"\($0)\"} 1\n" }.joined()), 1001, "series"),
    ]

    @Test(arguments: faults) func `is refused at the line that is none`(text: String, line: Int, reason: String) throws {
        do {
            _ = try Self.report(text)
            Issue.record("read: \(text.prefix(200))")
        } catch let error as ReceivedError {
            #expect(error.line == line && error.reason.contains(reason), "\(error) of \(text.prefix(200))")
        }
    }

    @Test(arguments: [
        ("a 1", 1, "# EOF"), ("a 1\n# EOF\na 2", 3, "follows # EOF"), ("", 1, "# EOF"),
        ("# TYPE h histogram\nh {count:1,sum:2}\n# EOF", 2, "composite"),
    ])
    func `is refused where OpenMetrics has more lines that are none`(text: String, line: Int, reason: String) throws {
        do {
            _ = try Self.report(text, as: .openMetrics)
            Issue.record("read: \(text)")
        } catch let error as ReceivedError {
            #expect(error.line == line && error.reason.contains(reason), "\(error) of \(text)")
        }
    }

    @Test(arguments: [
        ("# TYPE c counter\nc 100 1000\nc 250 2000\n", "c 250"), ("a 2 2000\na 1 1000\n", "a 2"),
        ("a 1 1\na 2 3\na 3 2\n", "a 2"),
    ])
    func `has the latest of several points of a series`(text: String, served: String) throws {
        let report = try Self.report(text)
        let lines = String(decoding: report.served(.text004), as: UTF8.self).split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }
        #expect(lines == [served[...]])
        #expect(report.leftOut.isEmpty)
    }

    /// Texts with one fault, the series of it that are served, and what is left out.
    static let contradictions: [(text: String, served: [String], line: Int, reason: LeftOutReason, words: String)] = [
        ("a 1\na 2", ["a 1"], 2, .duplicate, "second time"), ("a 1 5\na 2 5", ["a 1"], 2, .duplicate, "second time"),
        ("a 1\na 2 5", ["a 1"], 2, .duplicate, "second time"),
        ("a{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 2", ["a{b=\"1\",c=\"2\"} 1"], 2, .duplicate, "second time"),
        ("a 1\na{b=\"\"} 2\na 3\n", ["a 1"], 2, .duplicate, "second time"),
        ("{\"é\"} 1\n{\"è\"} 2", ["__ 1"], 2, .duplicate, "second time"),
        ("# TYPE c counter\nc -1\nc{d=\"1\"} 2", ["c{d=\"1\"} 2"], 2, .value, "never below zero"),
        ("# TYPE c counter\nc NaN", [], 2, .value, "never below zero"),
        ("a 1\n# TYPE a gauge", ["a 1"], 2, .type, "follows its samples"),
        ("# TYPE a gauge\n# TYPE a counter\na -1", ["a -1"], 2, .type, "second time"),
        ("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_count 1", [], 2, .histogram, "+Inf"),
        ("# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1", [], 2, .histogram, "less than the one before"),
        (
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 2\nh_bucket{a=\"1\",le=\"+Inf\"} 1\nh_count{a=\"1\"} 1",
            ["h_bucket{a=\"1\",le=\"+Inf\"} 1", "h_count{a=\"1\"} 1"], 2, .histogram, "not that of its bucket"
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 2\nh_bucket{le=\"+Inf\"} 1",
            ["h_bucket{le=\"1.0\"} 1", "h_bucket{le=\"+Inf\"} 1", "h_count 1"], 2, .duplicate, "second time"
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3",
            ["h_bucket{le=\"+Inf\"} 1", "h_sum 2", "h_count 1"], 6, .duplicate, "second time"
        ),
        ("# TYPE h histogram\nh_bucket 1", [], 2, .value, "no label le"),
        ("# TYPE h histogram\nh 1\nh{quantile=\"0.5\"} 2", [], 2, .name, "h_bucket"),
        ("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1.5", [], 2, .value, "whole number"),
        ("# TYPE h histogram\nh_sum 1", [], 2, .histogram, "+Inf"),
        ("# TYPE s summary\ns{quantile=\"2\"} 1", [], 2, .value, "from 0 to 1"),
        (
            "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns{quantile=\"0.50\"} 2", ["s{quantile=\"0.5\"} 1"], 2, .duplicate,
            "second time"
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\n# TYPE h_count gauge\nh_count 1",
            ["h_bucket{le=\"+Inf\"} 1", "h_count 1"], 3, .name, "both have the name"
        ),
        ("a{b=\"\(String(repeating: "x", count: 300))\"} 1", [], 1, .limit, "put long texts into logs"),
        ("a{\((0..<11).map { "l\($0)=\"1\"" }.joined(separator: ","))} 1", [], 1, .limit, "labels at most"),
        ("a{\((0..<12).map { "l\($0)=\"1\"" }.joined(separator: ","))} 1\nb 2", ["b 2"], 1, .limit, "labels at most"),
        ("\(String(repeating: "n", count: 61)) 1", [], 1, .limit, "put what varies into a label"),
        ("a{\"xé\"=\"1\",\"xè\"=\"2\"} 1", [], 1, .name, "two labels"),
        ("a{\"é\"=\"1\"} 1", [], 1, .name, "nothing in its name"),
        (
            "# TYPE h histogram\n" + (0..<30).map { "h_bucket{le=\"\($0)\"} 1\n" }.joined() + "h_bucket{le=\"+Inf\"} 1\nb 1",
            ["b 1"], 2, .limit, "make them wider"
        ),
    ]

    @Test(arguments: contradictions)
    func `has a series left out that contradicts itself, and the others served`(
        text: String, served: [String], line: Int, reason: LeftOutReason, words: String
    ) throws {
        // What is well stands before it and behind it.
        for (before, after) in [("", "\n"), ("", "\nwell{is=\"1\"} 7\n"), ("well{is=\"1\"} 7\n", "\n")] {
            let report = try Self.report(before + text + after)
            let lines = String(decoding: report.served(.text004), as: UTF8.self).split(separator: "\n")
                .filter { !$0.hasPrefix("#") }.map(String.init)
            let well = (before + after).contains("well") ? ["well{is=\"1\"} 7"] : []
            #expect(Set(lines) == Set(served + well), "\(text.prefix(200))")
            #expect(report.leftOut.counts == [reason: 1], "\(report.leftOut) of \(text.prefix(200))")
            let first = try #require(report.leftOut.first.first)
            #expect(first.line == line + (before.isEmpty ? 0 : 1) && first.reason == reason, "\(first)")
            #expect(first.words.contains(words), "\(first)")
            #expect(try ReportedText().refused([report.served(.openMetrics100, writesCreated: true)]) == "0 differences\n")
        }
    }

    static let openMetricsContradictions: [(text: String, served: [String], line: Int, reason: LeftOutReason, words: String)] =
        [
            ("# TYPE a counter\na 1\na_total 2", ["a_total 2"], 2, .name, "a_total"),
            ("# TYPE a gauge\n# UNIT a seconds\na 1", ["a 1"], 2, .type, "unit"),
            ("# TYPE i info\ni_info 2", [], 2, .value, "always 1"),
            ("# TYPE s stateset\ns{s=\"a\"} 2", [], 2, .value, "a state is 1"),
            ("# TYPE s stateset\ns 1", [], 2, .value, "no label s"),
            (
                "# TYPE s stateset\ns{s=\"a\"} 1\ns{s=\"a\"} 0", ["s{s=\"a\"} 1"], 3, .duplicate, "second time"
            ),
            ("# TYPE i_x info\n# UNIT i_x x\ni_x_info 1", ["i_x_info 1"], 1, .type, "unit"),
            (
                "# TYPE a counter\na_total 1\na_created 2\n# TYPE a_created gauge\na_created 1", ["a_total 1"], 4, .name,
                "both have the name"
            ),
            ("# TYPE a counter\na_created 1", [], 2, .value, "no value"),
            ("# TYPE a counter\na_total 1\na_created NaN", [], 3, .value, "no time"),
        ]

    @Test(arguments: openMetricsContradictions)
    func `has a series left out that OpenMetrics knows nothing of`(
        text: String, served: [String], line: Int, reason: LeftOutReason, words: String
    ) throws {
        let report = try Self.report(text + "\n# TYPE well gauge\nwell 7\n# EOF\n", as: .openMetrics)
        let lines = String(decoding: report.served(.openMetrics100), as: UTF8.self).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map(String.init)
        #expect(Set(lines) == Set(served + ["well 7"]), "\(text)")
        #expect(report.leftOut.counts == [reason: 1], "\(report.leftOut) of \(text)")
        let first = try #require(report.leftOut.first.first)
        #expect(first.line == line && first.words.contains(words), "\(first) of \(text)")
    }

    @Test func `has what OpenMetrics has no place for taken as Prometheus takes it`() throws {
        let text = """
            # TYPE a gauge
            # HELP a First.
            a 1 # {b="c"} 1
            # TYPE b gauge
            b 1
            # HELP a Second.
            a{x="1"} 2
            # EOF

            """
        let report = try Self.report(text, as: .openMetrics)
        #expect(report.leftOut.isEmpty && report.families.map(\.help) == ["First.", ""])
        #expect(report.families.map(\.series.count) == [2, 1])
        #expect(report.families.flatMap(\.series).allSatisfy { $0.exemplars.isEmpty })
    }

    @Test func `tells the first of what is left out by their lines, and how many more there are`() throws {
        // A histogram is known to contradict itself when all of it has been read.
        let text =
            "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n# TYPE c counter\n" + (0..<9).map { "c{n=\"\($0)\"} -1\n" }.joined()
        let leftOut = try Self.report(text).leftOut
        #expect(leftOut.counts == [.histogram: 1, .value: 9])
        #expect(leftOut.first.map(\.line) == [2, 4, 5, 6, 7])
        #expect(leftOut.lines.count == 6 && leftOut.lines.last == "5 more series are left out")
        #expect(leftOut.lines.dropFirst().first?.hasPrefix("line 4: c{n=\"0\"} is left out: the counter c is -1") == true)
        let long = try Self.report("a{b=\"\(String(repeating: "x", count: 100_000))\"} 1").leftOut
        #expect(long.lines.allSatisfy { $0.utf8.count < 700 })
    }

    @Test func `is refused at a byte that is not UTF-8, and quotes little of what it is refused for`() throws {
        #expect(throws: ReceivedError.self) {
            try ReceivedReport(
                text: Array("a 1\nb{c=\"".utf8) + [0xFF] + Array("\"} 1".utf8), as: .text, limits: ReportedText.limits)
        }
        do {
            _ = try Self.report("a " + String(repeating: "x", count: 100_000))
        } catch let error as ReceivedError {
            #expect(error.reason.utf8.count < 500)
        }
    }

    @Test func `has a long help cut between two characters`() throws {
        let report = try Self.report("# HELP a \(String(repeating: "é", count: 60))\na 1\n")
        #expect(report.families.first?.help.utf8.count == 80)
    }

    @Test(
        arguments: [
            (nil, "text"), ("text/plain; version=0.0.4", "text"), ("TEXT/PLAIN", "text"),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", "openMetrics"), ("application/json", "nil"),
            ("application/openmetrics-text;version=2.0.0", "nil"),
        ] as [(String?, String)])
    func `has the format that its Content-Type names`(contentType: String?, format: String) {
        let read = ReceivedTextFormat(contentType: contentType)
        #expect((read.map { "\($0)" } ?? "nil") == format)
    }
}
