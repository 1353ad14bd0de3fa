import ApusHTTP
import Glibc
import NIOCore
import NIOEmbedded
import Testing

@Suite struct AcceptBackoffTests {
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = any Channel
        var count = 0
        func read(context: ChannelHandlerContext) { count += 1 }
    }

    private let channel = EmbeddedChannel()
    private let reads = Reads()
    private final class Story { var pauses: [TimeAmount] = []; var room = 0 }
    private let story = Story()

    init() throws {
        let backoff = AcceptBackoff(
            makeRoom: { [story] in
                story.room -= 1
                return story.room >= 0
            }, paused: { [story] _, pause in story.pauses.append(pause) })
        try channel.pipeline.syncOperations.addHandlers([reads, backoff])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// What NIO does with a socket that is readable and cannot be accepted from.
    private func fail(_ code: Int32) {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        channel.read()
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func `without descriptors nobody is accepted for a while, longer each time`(code: Int32) {
        let before = reads.count
        for pause in [50, 100, 200, 400, 800, 1000, 1000] {
            let reads = self.reads.count
            fail(code)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(Int64(pause) - 1))
            #expect(self.reads.count == reads)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            #expect(self.reads.count == reads + 1)
        }
        #expect(reads.count == before + 7)
        #expect(story.pauses.map { $0.nanoseconds / 1_000_000 } == [50, 100, 200, 400, 800, 1000, 1000])
    }

    @Test func `where room can be made accepting goes on at once`() {
        story.room = 1
        let before = reads.count
        fail(EMFILE)
        #expect(reads.count == before + 1)
        #expect(story.pauses.isEmpty)
        fail(EMFILE)
        #expect(reads.count == before + 1)
    }

    @Test func `a client that was gone already pauses nobody`() {
        let before = reads.count
        fail(ECONNABORTED)
        #expect(reads.count == before + 1)
    }
}
