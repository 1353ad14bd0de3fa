import ApusAgent
import Testing

@Suite struct NameTemplateTests {
    @Test(arguments: [
        ("checkout", "checkout"), ("checkout-${number}", "checkout-17"), ("${zone}${number}", "eu west17"), ("a$b", "a$b"),
        ("${path}", "_srv_a_b"), ("${none}", nil), ("x${none}", "x"),
    ])
    func `captures take their places, and what a name may not have becomes an underscore`(text: String, wanted: String?) throws
    {
        let captured = ["number": "17", "zone": "eu west", "path": "/srv,a\nb"]
        #expect(try NameTemplate(text).name(captured) == wanted)
    }

    @Test func `a name is cut at its greatest length, not within a character`() throws {
        #expect(try NameTemplate("${a}").name(["a": String(repeating: "ü", count: 100)]) == String(repeating: "ü", count: 64))
        #expect(try NameTemplate("x${a}").name(["a": String(repeating: "ü", count: 100)])?.utf8.count == 127)
    }

    @Test func `only a template without captures is a plain name`() throws {
        #expect(try NameTemplate("checkout").plainName == "checkout")
        #expect(try NameTemplate("checkout-${n}-${m}").plainName == nil)
        #expect(try NameTemplate("checkout-${n}-${m}").captures == ["n", "m"])
    }

    @Test(arguments: [
        ("a${b", NameTemplateFault.unclosed), ("${}", .unnamed), ("a/b", .name), ("a\"${b}", .name), ("", .name),
        (String(repeating: "a", count: 129), .name),
    ])
    func `what can be no name is refused`(text: String, fault: NameTemplateFault) {
        #expect(throws: fault) { try NameTemplate(text) }
    }
}
