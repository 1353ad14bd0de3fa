import ApusPatterns
import Testing

@Suite struct RegularExpressionTests {
    private func finding(_ expression: String, _ text: String) throws -> RegularExpression.Finding {
        try RegularExpression(expression).search(Array(text.utf8).span.bytes)
    }

    @Test func `named groups are known by name and number, and have their place in the text`() throws {
        let expression = try RegularExpression(#"^(\w+) /srv/(?<number>\d+)/(?<file>[^ ]+)(?: (?<rest>.*))?"#)
        #expect(expression.groups.map(\.name) == ["file", "number", "rest"])
        #expect(expression.groups.map(\.number) == [3, 2, 4])
        let text = Array("node /srv/17/server.js".utf8)
        #expect(expression.search(text.span.bytes) == .found)
        #expect(expression.range(of: 2).map { String(decoding: text[$0], as: UTF8.self) } == "17")
        #expect(expression.range(of: 3).map { String(decoding: text[$0], as: UTF8.self) } == "server.js")
        #expect(expression.range(of: 4) == nil, "it took no part in the match")
        #expect(expression.range(of: 99) == nil)
    }

    @Test func `what does not match is absent, in an empty text as well`() throws {
        #expect(try finding("a", "bcd") == .absent)
        #expect(try finding("a", "") == .absent)
        #expect(try finding("", "") == .found)
        #expect(try RegularExpression("b+").search([0xFF, UInt8(ascii: "b"), 0xC0].span.bytes) == .found)
    }

    @Test func `a search that would take for ever is given up`() throws {
        #expect(try finding("^(a|aa|a+)+(a|aa)*$", String(repeating: "a", count: 4000) + "!") == .givenUp)
    }

    @Test func `what is no expression has a reason and a place`() {
        let fault = #expect(throws: RegularExpressionFault.self) { try RegularExpression("a(b|") }
        #expect(fault?.offset == 4)
        #expect(fault?.description == "the expression is wrong at character 5: missing closing parenthesis")
        #expect(throws: RegularExpressionFault.self) { try RegularExpression("(?<n>a)(?<n>b)") }
    }
}
