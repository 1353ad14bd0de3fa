import ApusHTTP
import NIOCore
import Testing

@Suite struct `The head of a request` {
    private static let marks = String(repeating: "\u{0315}\u{0300}", count: 40)

    @Test(arguments: [
        "GET /\u{0315}\u{0300} HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\(marks)\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: \(marks)\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nExpect: \(marks)\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Type: \(marks)\r\n\r\n", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `that HTTP forbids is answered with 400, and ends the connection`(request: String) throws {
        let connection = try HTTPServerConnection()
        connection.receive(request)
        #expect(try connection.sent().hasPrefix("HTTP/1.1 400 "))
        #expect(connection.requests.uris.isEmpty)
        #expect(!connection.isOpen)
    }

    @Test(arguments: [
        ("GET http://a:80/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n", "/b?c=d", "a:80"),
        ("GET HTTP://a HTTP/1.1\r\n\r\n", "/", "a"), ("GET https://[::1]:1?c HTTP/1.1\r\nHost: x\r\n\r\n", "/?c", "[::1]:1"),
        ("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n", "*", "a"),
        ("GET /b HTTP/1.1\r\nHost: a_b.c:1\r\n\r\n", "/b", "a_b.c:1"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", "a"), ("GET /b HTTP/1.1\r\nHost: \r\n\r\n", "/b", ""),
    ])
    func `is told in origin form, and the authority of its target is its host`(
        request: String, uri: String, host: String
    ) throws {
        let connection = try HTTPServerConnection()
        connection.receive(request)
        #expect(connection.requests.uris == [uri])
        #expect(connection.requests.hosts == [host])
        #expect(connection.isOpen)
    }

    /// The parser is deaf behind such a request: what is sent next would wait for its deadline.
    @Test(arguments: [
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab",
        "CONNECT a:22 HTTP/1.1\r\nHost: a:22\r\n\r\n",
    ])
    func `that asks for another protocol is answered as others, and the answer ends the connection`(request: String) throws {
        let connection = try HTTPServerConnection()
        connection.receive("GET /before HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try !connection.sent().contains("close"))
        connection.receive(request)
        connection.pass(.milliseconds(1))
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.lowercased().contains("connection: close\r\n"))
        #expect(!connection.isOpen)
    }
}
