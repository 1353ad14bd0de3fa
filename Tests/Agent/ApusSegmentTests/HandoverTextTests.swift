import ApusSegment
import Testing

/// Texts whose characters are not what their bytes are.
@Suite struct HandoverTextTests {
    @Test(arguments: ["\u{301}worker", "a=\u{301}", "=", "é", "e\u{301}", "\u{200D}"])
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
