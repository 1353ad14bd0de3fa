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

    @Test func `the machine's name is part of the template, made fit as what is captured`() throws {
        let plain = try NameTemplate("${host}").naming(host: "web-1.example.com")
        #expect(plain.plainName == "web-1.example.com" && plain.captures.isEmpty && plain.name([:]) == plain.plainName)
        let captured = try NameTemplate("${host}-${n}").naming(host: "web-1")
        #expect(captured.plainName == nil && captured.captures == ["n"] && captured.description == "web-1-${n}")
        #expect(captured.name(["n": "7", "host": "x"]) == "web-1-7")
        // Whatever a machine is called, and never what another name captures.
        for (host, name) in [
            ("a/b,\"c\n", "a_b__c_"), ("", "localhost"), ("${n}", "${n}"), (String(repeating: "h", count: 200), nil),
        ] as [(String, String?)] {
            let template = try NameTemplate("${host}").naming(host: host)
            #expect(template.plainName == name ?? String(repeating: "h", count: 128))
            #expect(template.plainName == template.name(["n": "1"]) && template.plainName == template.description)
        }
        #expect(try NameTemplate("checkout").naming(host: "web-1") == NameTemplate("checkout"))
    }

    @Test(arguments: [
        ("a${b", NameTemplateFault.unclosed), ("${}", .unnamed), ("a/b", .name), ("a\"${b}", .name), ("", .name),
        (String(repeating: "a", count: 129), .name),
    ])
    func `what can be no name is refused`(text: String, fault: NameTemplateFault) {
        #expect(throws: fault) { try NameTemplate(text) }
    }
}
