import ApusText
import Testing

@Suite struct `An address to listen on` {
    @Test(arguments: [
        ("127.0.0.1:9480", "127.0.0.1", 9480), ("[::1]:9480", "::1", 9480), ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
        ("localhost:0", "localhost", 0), ("host-1.example.org:65535", "host-1.example.org", 65535), ("0.0.0.0:1", "0.0.0.0", 1),
    ])
    func `is read as people write it`(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test func `with a star is the address of both families`() throws {
        let address = try ListenAddress("*:9480")
        #expect(try ListenAddress(":9480") == address)
        #expect(["::", "0.0.0.0"].contains(address.host))
        #expect(try ListenAddress.host("*") == address.host)
    }

    @Test(
        arguments: [
            ("", .noPort), ("9480", .noPort), ("localhost", .noPort), ("localhost:", .noPort),
            ("::1", .noBrackets(meant: "[::1]:PORT")), ("[::1]", .noPortBehind("[::1]")),
            ("[nonsense]", .notIPv6("[nonsense]")),
            ("::1:9490", .noBrackets(meant: "[::1]:9490")), ("fe80::1:80", .noBrackets(meant: "[fe80::1]:80")),
            ("localhost:http", .notPort("http")),
            ("localhost:65536", .notPort("65536")), ("localhost:+80", .notPort("+80")), ("[::1", .notIPv6("[:")),
            ("[127.0.0.1]:80", .notIPv6("[127.0.0.1]")), ("[]:80", .notIPv6("[]")), ("1.2.3:80", .notHost("1.2.3")),
            ("256.1.1.1:80", .notHost("256.1.1.1")), ("a b:80", .notHost("a b")), ("-a:80", .notHost("-a")),
            ("a..b:80", .notHost("a..b")),
        ] as [(String, ListenAddressFault)])
    func `that is none is refused with what to write`(text: String, fault: ListenAddressFault) {
        #expect(throws: fault) { try ListenAddress(text) }
    }

    @Test(arguments: [("::1", "::1"), ("[::1]", "::1"), ("127.0.0.1", "127.0.0.1"), ("localhost", "localhost")])
    func `may have its host alone`(text: String, host: String) throws {
        #expect(try ListenAddress.host(text) == host)
    }

    @Test(arguments: ["", "[::1", "::1]", ":", "1.2.3.4:80", "http://a"])
    func `has no host of this kind`(text: String) {
        #expect(throws: ListenAddressFault.self) { try ListenAddress.host(text) }
    }
}
