import ApusPromQL
import Testing

@Suite struct `Regular expressions of matchers` {
    @Test(arguments: [
        "", "a", "a.*b", "(a|b)+", "[a-z]+", "[]a]", "[^]]", "[[:alpha:]]", "a\\.b", "a\\(b", "\\d+\\w", "(?i:x)", "(?P<n>x)",
        "a{2,3}", "a+?", "\\Qa(b\\E", "^x$", "(?i)abc", "\\_", "a\\-b", "\\pN", "x|", "[(]", "é+", "\\12",
    ])
    func `what RE2 takes is taken`(pattern: String) { #expect(RegularExpressionSyntax.fault(in: pattern) == nil) }

    @Test(arguments: [
        ("(a", "not closed"), ("a)", "has no ("), ("[a", "not closed"), ("*a", "nothing to repeat"),
        ("(+a)", "nothing to repeat"),
        ("a|?", "nothing to repeat"), ("a**", "follows another"), ("a\\", "ends in a backslash"), ("(?=a)", "(?="),
        ("(?!a)", "(?!"),
        ("(?<=a)b", "(?<="), ("(?<!a)b", "(?<!"), ("(a)\\1", "no \\1"), ("\\h", "no \\h"),
    ])
    func `what RE2 refuses is explained`(pattern: String, words: String) throws {
        #expect(try #require(RegularExpressionSyntax.fault(in: pattern)).contains(words))
    }
}
