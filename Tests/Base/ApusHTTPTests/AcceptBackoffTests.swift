import ApusHTTP
import Glibc
import NIOCore
import NIOEmbedded
import Testing

@Suite struct AcceptBackoffTests {
    private let channel = EmbeddedChannel()
    private final class Story { var pauses: [TimeAmount] = []; var room = 0 }
    private let story = Story()

    init() throws {
        let backoff = AcceptBackoff(
            makeRoom: { [story] in
                story.room -= 1
                return story.room >= 0
            }, paused: { [story] _, pause in story.pauses.append(pause) })
        try channel.pipeline.syncOperations.addHandler(backoff)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// What NIO does with a socket that is readable and cannot be accepted from.
    private func fail(_ code: Int32) { channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept")) }

    private var isLooking: Bool {
        // The last value that was set.
        channel.options.last { $0.0 is ChannelOptions.Types.AutoReadOption }?.1 as? Bool ?? true
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func `without descriptors nobody is accepted for a while, longer each time`(code: Int32) {
        for pause in [50, 100, 200, 400, 800, 1000, 1000] {
            fail(code)
            #expect(!isLooking)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(Int64(pause) - 1))
            #expect(!isLooking)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            #expect(isLooking)
        }
        #expect(story.pauses.map { $0.nanoseconds / 1_000_000 } == [50, 100, 200, 400, 800, 1000, 1000])
    }

    @Test func `where room can be made accepting goes on at once, and soon where another loop makes it`() {
        story.room = 2
        fail(EMFILE)
        #expect(isLooking)
        fail(EMFILE)
        #expect(!isLooking)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(isLooking)
        #expect(story.pauses.isEmpty)
        fail(EMFILE)
        #expect(!isLooking)
        #expect(story.pauses.count == 1)
    }

    @Test func `a client that was gone already pauses nobody`() {
        fail(ECONNABORTED)
        #expect(isLooking)
    }
}
