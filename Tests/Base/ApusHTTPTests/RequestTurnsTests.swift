import ApusHTTP
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@Suite struct RequestTurnsTests {
    private static let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `pipelined requests are handed out one after the other, each when the last one is answered`() throws {
        let connection = try HTTPServerConnection()
        connection.requests.answers = false
        connection.receive((0..<5).map { "GET /\($0) HTTP/1.1\r\n\r\n" }.joined())
        #expect(connection.requests.uris == ["/0"])
        for number in 1..<5 {
            connection.requests.answer()
            // Not from within the end of the answer: the loop turns first.
            #expect(connection.requests.uris.count == number)
            connection.pass(.milliseconds(1))
            #expect(connection.requests.uris.count == number + 1)
        }
        connection.requests.answer()
        #expect(connection.requests.uris == (0..<5).map { "/\($0)" })
        #expect(connection.isOpen)
    }

    @Test func `nothing is read while a request waits for its answer`() throws {
        let connection = try HTTPServerConnection()
        let reads = Reads()
        try connection.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        connection.requests.answers = false
        connection.receive(Self.request)
        let before = reads.count
        connection.channel.read()
        connection.channel.read()
        #expect(reads.count == before)
        connection.requests.answer()
        #expect(reads.count > before)
    }

    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = IOData
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    @Test(arguments: [
        ("GET /\(String(repeating: "a", count: 100))", "414"),
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "a", count: 300))\r\n\r\n", "431"),
        ("nonsense\r\n\r\n", "400"),
    ])
    func `what cannot be read is answered and ends the connection`(text: String, status: String) throws {
        let connection = try HTTPServerConnection()
        connection.receive(Self.request)
        _ = try connection.sent()
        connection.receive(text)
        #expect(try connection.sent().hasPrefix("HTTP/1.1 \(status) "))
        #expect(!connection.isOpen)
    }

    @Test func `an error behind a request waits for the answer to it`() throws {
        let connection = try HTTPServerConnection()
        connection.requests.answers = false
        connection.receive(Self.request + "nonsense\r\n\r\n")
        #expect(try connection.sent().isEmpty)
        connection.requests.answer()
        #expect(try connection.sent().hasPrefix("HTTP/1.1 200 "))
        connection.pass(.milliseconds(1))
        #expect(try connection.sent().hasPrefix("HTTP/1.1 400 "))
        #expect(!connection.isOpen)
    }

    @Test func `work past a slice waits until the loop has turned`() {
        let loop = EmbeddedEventLoop()
        var time = NIODeadline.uptimeNanoseconds(0)
        let turns = TurnQueue(loop, slice: .milliseconds(2), now: { time })
        var done = 0
        for _ in 0..<10 {
            turns.add {
                done += 1
                time = time + .milliseconds(1)
            }
        }
        loop.run()
        #expect(done == 2)
        loop.advanceTime(by: .microseconds(20))
        #expect(done == 4)
        for _ in 0..<3 { loop.advanceTime(by: .microseconds(20)) }
        #expect(done == 10)
    }
}
