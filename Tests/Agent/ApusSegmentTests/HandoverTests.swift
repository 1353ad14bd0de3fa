import ApusSegment
import Testing

@Suite struct HandoverTests {
    @Test func `a hello survives its way, unknown keys included`() throws {
        let hello = try Hello(service: "worker", instance: "worker-1 = é")
        #expect(try Hello(bytes: hello.bytes) == hello)
        #expect(try Hello(bytes: hello.bytes + Array("later=1\n".utf8)) == hello)
    }

    @Test(arguments: [
        ("", HelloError.wrongProtocol), ("apus-report 2\nservice=a\ninstance=b\n", .wrongProtocol),
        ("GET / HTTP/1.1\r\n", .wrongProtocol), ("apus-report 1\nservice\n", .wrongProtocol),
        ("apus-report 1\nservice=a\n", .missing("instance")), ("apus-report 1\ninstance=a\n", .missing("service")),
        ("apus-report 1\nservice=\ninstance=b\n", .illegalValue("service")),
        ("apus-report 1\nservice=a\ninstance=b\u{7}\n", .illegalValue("instance")),
        ("apus-report 1\nservice=a\ninstance=\(String(repeating: "x", count: 129))\n", .illegalValue("instance")),
    ])
    func `another message is refused, with the reason`(text: String, fault: HelloError) {
        #expect(throws: fault) { try Hello(bytes: Array(text.utf8)) }
    }

    @Test(arguments: [
        "a/b", "a,b", "a\"b", "a\\b", "a\u{85}b", "a\u{202E}b", "a\u{2066}b", "a\u{200B}b", "a\u{2028}b", "a\u{FEFF}", "a\tb",
        "\u{E000}", "\u{3164}", "a\u{115F}", "a\u{1160}", "a\u{FFA0}", "a\u{2800}", "a\u{FE0F}", "a\u{34F}",
        "a\u{9B}31m",
    ])
    func `a name that could pass for another, or is not seen, is refused`(name: String) {
        #expect(throws: HelloError.illegalValue("service")) { try Hello(service: name, instance: "one") }
        #expect(throws: HelloError.illegalValue("instance")) { try Hello(service: "one", instance: name) }
    }

    /// Each mark in another order than the normal one costs a comparison of texts as much time as there are marks.
    @Test func `keys of combining marks are passed over in no time`() throws {
        let marks = String(repeating: "\u{0315}\u{0300}", count: 900)
        let start = ContinuousClock.now
        for _ in 0..<200 {
            let hello = try Hello(bytes: Array("apus-report 1\na\(marks)=x\nservice=a\ninstance=b\n".utf8))
            #expect(hello.service == "a")
        }
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test func `bytes that are no text are refused`() {
        #expect(throws: HelloError.notUTF8) { try Hello(bytes: [0xFF, 0xFE]) }
    }

    @Test(arguments: [Reply.accepted, .refused("the name is taken")])
    func `a reply survives its way`(reply: Reply) {
        #expect(Reply(bytes: reply.bytes) == reply)
    }

    @Test func `a reply that is none is not taken for one`() {
        #expect(Reply(bytes: Array("okay".utf8)) == nil)
        #expect(Reply(bytes: []) == nil)
    }
}

/// Texts whose characters are not what their bytes are.
@Suite struct HandoverTextTests {
    @Test(arguments: ["\u{301}worker", "a=\u{301}", "=", "é", "e\u{301}", "\u{0E33}"])
    func `a name that begins with a combining mark survives its way`(name: String) throws {
        let hello = try Hello(service: name, instance: name)
        let again = try Hello(bytes: hello.bytes)
        #expect(Array(again.service.utf8) == Array(name.utf8))
        #expect(Array(again.instance.utf8) == Array(name.utf8))
    }

    @Test(arguments: [("\u{301}no", "\u{301}no"), ("one\r\ntwo", "one\r"), ("one\ntwo", "one"), ("", "")])
    func `a reason is one line, whatever it begins with`(reason: String, received: String) {
        #expect(Reply(bytes: Reply.refused(reason).bytes) == .refused(received))
    }
}
