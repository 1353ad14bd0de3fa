import ApusPromQL
import Testing

/// Reading and writing of the whole grammar.
@Suite struct PromQLParserTests {
    private static let canonical: [(String, String)] = [
        ("up", "up"), ("UP {}", "UP"), ("(((up)))", "up"), ("sum", "sum"), ("by", "by"), ("job:rate5m", "job:rate5m"),
        (":x", ":x"), ("offset", "offset"), ("start + end", "start + end"), ("OR or AND", "OR or AND"),
        (#"{__name__=~"a.+",}"#, #"{__name__=~"a.+"}"#), (#"x{ by = 'a' , on!="b"}"#, #"x{by="a", on!="b"}"#),
        ("x{a=`\\d\"`}", #"x{a="\\d\""}"#), (#"x{a="\u00e9\x41\101\n"}"#, "x{a=\"éAA\\n\"}"),
        (#"{"http.requests", "a b"="c"}"#, #"{"http.requests", "a b"="c"}"#), (#"{"up"}"#, "up"),
        ("x{NaN='b', inf=\"c\"}", "x{NaN=\"b\", inf=\"c\"}"), ("1", "1"), ("0x1F", "31"), ("010", "8"), ("08", "8"),
        (".5", "0.5"), ("5.", "5"), ("1e-5", "0.00001"), ("inF", "Inf"),
        ("-INF", "-Inf"), ("nan", "NaN"), ("1E3", "1000"), ("-1", "-1"), ("+1", "1"), ("- -1", "1"), ("-(1)", "-1"),
        (#""text""#, #""text""#), ("'its'", #""its""#),
        ("-x", "-x"), ("--x", "--x"), ("+x", "x"), ("-x^2", "-x ^ 2"), ("(-x)^2", "(-x) ^ 2"), ("(-1)^2", "(-1) ^ 2"),
        ("-1^2", "-1 ^ 2"), ("2^-x", "2 ^ -x"), ("2^-x*3", "2 ^ -x * 3"), ("2^(-x*3)", "2 ^ (-x * 3)"), ("-(a*b)", "-(a * b)"),
        ("-a*b", "-a * b"), ("a*-b", "a * -b"), ("a - -1", "a - -1"), ("a^b^c", "a ^ b ^ c"), ("(a^b)^c", "(a ^ b) ^ c"),
        ("a^(-b)^c", "a ^ (-b) ^ c"), ("a^-b^c", "a ^ -b ^ c"), ("(a^-b)^c", "(a ^ -b) ^ c"), ("a^((-b)^c)", "a ^ (-b) ^ c"),
        ("a+b*c", "a + b * c"), ("(a+b)*c", "(a + b) * c"), ("a-(b-c)", "a - (b - c)"), ("(a-b)-c", "a - b - c"),
        ("a%b atan2 c", "a % b atan2 c"), ("a and (b or c)", "a and (b or c)"),
        ("a and b unless c or d", "a and b unless c or d"),
        ("a>b==c", "a > b == c"), ("a>(b==c)", "a > (b == c)"), ("1 >bool 2", "1 > bool 2"),
        ("a == BOOL ON(x,) GROUP_LEFT(y) b", "a == bool on (x) group_left (y) b"),
        ("a * on() group_right b", "a * on () group_right b"),
        ("a * ignoring(x) group_left() (b+c)", "a * ignoring (x) group_left () (b + c)"),
        ("a * ignoring(x) group_left() (b)", "a * ignoring (x) group_left b"), ("a / ignoring(b) c", "a / ignoring (b) c"),
        ("SUM(x)", "sum(x)"), ("sum(x) by(a,b)", "sum by (a, b) (x)"), ("sum without() (x)", "sum without () (x)"),
        ("topk by(a) (5, x)", "topk by (a) (5, x)"), ("count_values(\"v\", x)", "count_values(\"v\", x)"),
        ("quantile(0.9, x) without (le)", "quantile without (le) (0.9, x)"), ("group(x)", "group(x)"),
        ("rate(x[5m])", "rate(x[5m])"), ("x[1h30m]", "x[1h30m]"), ("x[90s]", "x[1m30s]"), ("x[1w]", "x[7d]"),
        ("x[500ms]", "x[500ms]"),
        ("x offset 5m", "x offset 5m"), ("x offset -5m", "x offset -5m"), ("x[5m] OFFSET 1d", "x[5m] offset 1d"),
        ("x @ 1609746000", "x @ 1609746000"), ("x @ -1.5", "x @ -1.5"), ("x @ start()", "x @ start()"),
        ("x offset 1m @ end()", "x @ end() offset 1m"), ("x[5m] @ 3 offset 2m", "x[5m] @ 3 offset 2m"),
        ("x[30m:1m]", "x[30m:1m]"), ("x[30m:]", "x[30m:]"), ("(a+b)[30m:1m] offset 1h", "(a + b)[30m:1m] offset 1h"),
        ("x offset 5m[10m:]", "x offset 5m[10m:]"), ("rate(x[5m])[1h:5m] @ end()", "rate(x[5m])[1h:5m] @ end()"),
        ("max_over_time(sum by(a)(rate(x[5m]))[1h:])", "max_over_time(sum by (a) (rate(x[5m]))[1h:])"),
        ("-x[5m:1m]", ""), ("time()", "time()"), ("hour()", "hour()"), ("round(x)", "round(x)"), ("round(x, 5)", "round(x, 5)"),
        (#"label_join(x,"a",",","b","c")"#, #"label_join(x, "a", ",", "b", "c")"#),
        (#"label_join(x,"a",",")"#, #"label_join(x, "a", ",")"#),
        (
            "histogram_quantile(0.9, sum by(le)(rate(x_bucket[5m])))",
            "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))"
        ),
        ("vector(scalar(x))", "vector(scalar(x))"), ("x # the rest\n + # more\n y", "x + y"),
    ]

    private static let faults: [(String, String)] = [
        ("", "1:1: there is no expression"), ("a b", "1:3: b stands where an operator or the end is expected"),
        ("sum(x", "1:6: the end stands where ) is expected"),
        (
            "rate(x)",
            "1:6: argument 1 of rate is to be of type range vector, and is instant vector: give it a window, such as [5m]"
        ),
        (
            "sum(x[5m])",
            "1:5: what sum is taken over is to be of type instant vector, and is range vector: take a function over its window, such as rate, or leave the window out"
        ),
        ("raet(x[5m])", "1:1: there is no function raet"),
        ("Rate(x[5m])", "1:1: there is no function Rate: did you mean rate?"),
        ("rate(x[5m], 1)", "1:1: rate takes 1 argument, not 2"), ("topk(x)", "1:1: topk takes 2 arguments, not 1"),
        ("round()", "1:1: round takes 1 to 2 arguments, not 0"),
        ("label_join(x)", "1:1: label_join takes at least 3 arguments, not 1"),
        ("x[5]", "1:3: 5 has no unit: write a duration such as 5s"),
        ("x[0s]", "1:3: a duration of nothing: write one that is greater than 0"),
        ("x[5m1h]", "1:3: 5m1h is no duration: write units from large to small, each once, such as 1d, 1h30m or 500ms"),
        ("(x)[5m]", "1:4: a window stands behind a selector only: give this a step, [5m:1m] or [5m:]"),
        ("x offset 5m[5m]", "1:12: a window stands before offset and @"),
        ("x offset 5m offset 5m", "1:13: offset stands twice: leave one out"),
        ("(x) offset 5m", "1:1: offset and @ stand behind a selector or a subquery, within the parentheses"),
        ("sum(x) offset 5m", "1:1: offset and @ stand behind a selector or a subquery: put them behind the selectors within"),
        ("{}", "1:1: the selector would match every series: name a metric, or a label that is not empty"),
        (#"{a=~".*"}"#, "1:1: the selector would match every series: name a metric, or a label that is not empty"),
        (#"x{__name__="y"}"#, "1:3: the metric is named twice: by x and by __name__"),
        (#"x{a:b="y"}"#, "1:4: : stands where =, !=, =~ or !~ is expected"),
        ("sum by (a:b) (x)", "1:9: a:b is no label's name: labels have no colon"),
        ("1 > 2", "1:1: a comparison of two scalars needs bool: write > bool"),
        ("a + bool b", "1:1: bool stands behind comparisons only, not behind +"),
        ("a and 1", "1:1: and combines instant vectors; write vector(…) around the scalar"),
        ("a * on(b) 1", "1:1: on and ignoring stand between instant vectors only"),
        ("a and on(b) group_left c", "1:1: and always matches many to many: leave group_left out"),
        ("a * on(b) group_left(b) c", "1:1: label b stands in on and in group_left: it has one place only"),
        ("\"a\" + 1", "1:1: + combines scalars and instant vectors, not a string"),
        ("sum(x,)", "1:7: a comma after the last argument: leave it out"),
        ("x{a=\"b}", "1:5: the string does not end: close it with \""),
        (#"x{a="\d"}"#, #"1:6: \d is no escape: write \\d for a backslash, or quote the string with `"#),
        (#"x{a="\xff"}"#, "1:5: the string has escapes that are no UTF-8"),
        ("1.2.3", "1:1: 1.2.3 is no number and no duration: write 1.5, 1e3, 0x1F or 1h30m"),
        ("1e999", "1:1: 1e999 is no number and no duration: write 1.5, 1e3, 0x1F or 1h30m"),
        ("$x", "1:1: $ cannot stand here"), ("on + 1", "1:1: on stands where a metric, a number, a function or ( is expected"),
        ("x +\n  # c\n  ÿ", "3:3: ÿ cannot stand here"),
        ("-\"a\"", "1:1: a sign stands before a scalar or an instant vector, not before a string"),
    ]

    private static let variables: [(String, String)] = [
        ("rate($metric[$__rate_interval])", "rate($metric[$__rate_interval])"),
        (#"${m}_total{job=~"$job",$filter}"#, #"${m}_total{job=~"$job", $filter}"#),
        ("topk([[n:raw]], x) > $limit", "topk([[n:raw]], x) > $limit"), ("sum by ($label) (x[1h:$step])", ""),
        ("sum by ($label, b) (x)", "sum by ($label, b) (x)"), ("x[${w}s:$step]", "x[${w}s:$step]"),
        ("x offset $back", "x offset $back"), ("$a + $b * 2", "$a + $b * 2"), ("x[5$u]", "x[5$u]"),
    ]

    @Test(arguments: canonical)
    func `reads an expression and writes it in one form`(text: String, canonical: String) throws {
        guard !canonical.isEmpty else {
            #expect(throws: PromQLSyntaxError.self) { try PromQLExpression(parsing: text) }
            return
        }
        let expression = try PromQLExpression(parsing: text)
        #expect(expression.description == canonical)
        #expect(try PromQLExpression(parsing: canonical).description == canonical)
    }

    @Test(arguments: faults)
    func `says where a text stops being an expression, and what to write`(text: String, message: String) {
        #expect(throws: PromQLSyntaxError.self) { try PromQLExpression(parsing: text) }
        do { _ = try PromQLExpression(parsing: text) } catch { #expect(error.description == message) }
    }

    @Test(arguments: variables)
    func `reads the variables of dashboards where they are allowed`(text: String, canonical: String) throws {
        guard !canonical.isEmpty else {
            #expect(throws: PromQLSyntaxError.self) { try PromQLExpression(parsing: text, dialect: .grafana) }
            return
        }
        #expect(try PromQLExpression(parsing: text, dialect: .grafana).description == canonical)
        #expect(try PromQLExpression(parsing: canonical, dialect: .grafana).description == canonical)
        #expect(throws: PromQLSyntaxError.self) { try PromQLExpression(parsing: text) }
    }

    @Test func `knows where each part stands`() throws {
        let expression = try PromQLExpression(parsing: " sum(é_total) + rate(x[5m])".replacing("é_", with: "e_"))
        guard case .binary(_, _, let left, let right) = expression.form else {
            Issue.record("\(expression.form)")
            return
        }
        #expect(expression.position == 1..<27)
        #expect(left.position == 1..<13)
        #expect(right.position == 16..<27)
        #expect(right.type == .instantVector)
    }

    @Test func `refuses what is nested without end, and stands it`() throws {
        for text in [
            String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000) + "x",
            String(repeating: "sum(", count: 5000) + "x" + String(repeating: ")", count: 5000),
            (0..<5000).map { "x\($0)" }.joined(separator: " or "), String(repeating: "a^", count: 5000) + "a",
        ] {
            #expect(throws: PromQLSyntaxError.self) { try PromQLExpression(parsing: text) }
        }
        let long = (0..<900).map { "x\($0)" }.joined(separator: " or ")
        #expect(try PromQLExpression(parsing: long).description == long)
    }
}
