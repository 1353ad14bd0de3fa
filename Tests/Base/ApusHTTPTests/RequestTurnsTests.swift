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

    @Test func `requests that wait are held as bytes: the parser sees one at a time`() throws {
        let connection = try HTTPServerConnection()
        let parts = Parts()
        let pipeline = connection.channel.pipeline.syncOperations
        try pipeline.addHandler(parts, position: .before(pipeline.handler(type: RequestStages.self)))
        connection.requests.answers = false
        connection.receive(String(repeating: "GET / HTTP/1.1\r\n\r\n", count: 200))
        #expect(parts.count == 2)
        connection.requests.answer()
        connection.pass(.milliseconds(1))
        #expect(parts.count == 4)
    }

    private final class Parts: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        var count = 0
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            count += 1
            context.fireChannelRead(data)
        }
    }

    @Test func `who sends more behind a request than may wait is cut`() throws {
        let connection = try HTTPServerConnection()
        connection.requests.answers = false
        connection.receive(Self.request)
        // What the kernel holds comes all at once when a client closes its side.
        connection.receive(String(repeating: "a", count: HTTPServerConnection.mostWaiting))
        #expect(connection.isOpen)
        connection.receive("a")
        #expect(!connection.isOpen)
        #expect(connection.cutReasons == [.pipelined])
    }

    private static let conversation = [
        "GET /0 HTTP/1.1\r\n\r\n", "POST /1 HTTP/1.1\r\nContent-Length: 10\r\n\r\nab\r\n\r\n\n\ncd",
        "POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n3\r\nabc\r\n0\r\nTrailer: 1\r\n\r\n",
        "\r\nPOST /3 HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /4 HTTP/1.1\r\nContent-Length: 1\r\n\r\n\n",
        "GET /5 HTTP/1.1\r\nHost: a\r\n\r\n",
    ].joined()

    @Test(arguments: [1, 2, 3, 7, 20, 64, 1000], [true, false])
    func `requests are told apart wherever reads cut them`(size: Int, answersAtOnce: Bool) throws {
        let connection = try HTTPServerConnection()
        connection.requests.answers = answersAtOnce
        let bytes = Array(Self.conversation.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            connection.receive(String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self))
            connection.pass(.milliseconds(1))
        }
        if !answersAtOnce {
            for number in 0..<6 {
                #expect(connection.requests.uris.count == number + 1)
                connection.requests.answer()
                connection.pass(.milliseconds(1))
            }
        }
        #expect(connection.requests.uris == (0..<6).map { "/\($0)" })
        #expect(connection.isOpen)
    }

    @Test func `the end of what a client sends comes behind its requests`() throws {
        let connection = try HTTPServerConnection()
        let ends = Ends()
        try connection.channel.pipeline.syncOperations.addHandler(ends, position: .last)
        connection.requests.answers = false
        connection.receive(Self.request + Self.request)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        for count in 1...2 {
            #expect(connection.requests.uris.count == count)
            #expect(ends.count == 0)
            connection.requests.answer()
            connection.pass(.milliseconds(1))
        }
        #expect(ends.count == 1)
    }

    private final class Ends: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        var count = 0
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { count += 1 }
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

    /// Turns of a loop whose clock is the test's.
    private final class Turns {
        let loop = EmbeddedEventLoop()
        private(set) var done: [ConnectionPeer] = []
        private var time = NIODeadline.uptimeNanoseconds(0)
        private lazy var queue = TurnQueue(loop, slice: .milliseconds(2), now: { [unowned self] in time })

        func add(_ count: Int, for peer: ConnectionPeer, each cost: TimeAmount = .milliseconds(1)) {
            for _ in 0..<count {
                queue.add(for: peer) { [unowned self] in
                    done.append(peer)
                    time = time + cost
                }
            }
        }

        func turn() { loop.advanceTime(by: .microseconds(20)) }
        var peers: Int { queue.peers }
    }

    @Test func `work past a slice waits until the loop has turned`() {
        let turns = Turns()
        turns.add(10, for: .ipv4(1))
        turns.loop.run()
        #expect(turns.done.count == 2)
        turns.turn()
        #expect(turns.done.count == 4)
        for _ in 0..<3 { turns.turn() }
        #expect(turns.done.count == 10)
    }

    @Test func `who comes late waits for one piece of others, however many of them wait`() {
        let turns = Turns()
        turns.add(100, for: .ipv4(1))
        for _ in 0..<10 { turns.turn() }
        let before = turns.done.count
        turns.add(3, for: .ipv4(2))
        for _ in 0..<4 { turns.turn() }
        #expect(turns.done.dropFirst(before).prefix(6).filter { $0 == .ipv4(2) }.count == 3)
    }

    @Test func `the loop's time is shared, and not the number of turns`() {
        let turns = Turns()
        turns.add(10, for: .ipv4(1), each: .milliseconds(10))
        turns.add(20, for: .ipv4(2))
        for _ in 0..<6 { turns.turn() }
        // One long piece, and then as much of the other's as it took.
        #expect(turns.done.filter { $0 == .ipv4(1) }.count <= 2)
        #expect(turns.done.filter { $0 == .ipv4(2) }.count >= 5)
    }

    @Test func `who asks now and then goes before those who always do, for some of its work`() {
        let turns = Turns()
        turns.add(400, for: .ipv4(1))
        for _ in 0..<60 { turns.turn() }
        for _ in 0..<2 {
            let before = turns.done.count
            turns.add(15, for: .ipv4(2))
            turns.add(30, for: .ipv4(2))
            for _ in 0..<20 { turns.turn() }
            let done = turns.done.dropFirst(before)
            #expect(done.prefix(16).filter { $0 == .ipv4(2) }.count >= 15)
            // Past its credit it shares the time.
            #expect((8...12).contains(done.dropFirst(20).prefix(20).filter { $0 == .ipv4(2) }.count))
            for _ in 0..<40 { turns.turn() }
        }
    }

    @Test func `of peers that come once only so many are known`() {
        let turns = Turns()
        for peer in 0..<2000 {
            turns.add(1, for: .ipv4(UInt32(peer)))
            turns.turn()
            turns.turn()
        }
        #expect(turns.done.count == 2000)
        #expect(turns.peers < 300)
    }

    @Test func `a peer that waits for nothing keeps its debt`() {
        let turns = Turns()
        turns.add(1, for: .ipv4(2))
        turns.add(1, for: .ipv4(1), each: .milliseconds(50))
        turns.turn()
        turns.turn()
        turns.add(9, for: .ipv4(2))
        turns.add(1, for: .ipv4(1), each: .milliseconds(50))
        for _ in 0..<10 { turns.turn() }
        #expect(turns.done.suffix(10).last == .ipv4(1))
    }
}
