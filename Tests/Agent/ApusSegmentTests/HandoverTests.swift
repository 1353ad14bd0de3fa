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
