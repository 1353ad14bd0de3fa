import ApusHTTP
import Glibc
import HostTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Listening sockets of NIO itself, whose behaviour no embedded channel has.
@Suite(.serialized) struct `A listening socket` {
    private final class Errors: ChannelInboundHandler, Sendable {
        typealias InboundIn = any Channel
        let count = Atomic(0)
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            count.add(1, ordering: .relaxed)
            context.fireErrorCaught(error)
        }
    }

    /// Runs with no descriptor to be had: the process has the numbers below three already.
    private func withoutDescriptors(_ body: () async throws -> Void) async throws {
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        var none = rlimit(rlim_cur: 3, rlim_max: limit.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none) == 0)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
        try await body()
    }

    @Test func `turns no loop while the process has no descriptor, and accepts when it has some again`() async throws {
        let errors = Errors()
        let accepted = Atomic(0)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        errors, AcceptBackoff(makeRoom: { false }, paused: { _, _ in }),
                    ])
                }
            }
            .childChannelInitializer { channel in
                accepted.add(1, ordering: .relaxed)
                return channel.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(client) }
        try await withoutDescriptors {
            let port = try #require(listener.localAddress?.port)
            #expect(LoopbackPort.connect(client, to: port))
            // The pauses are of 50, 100, 200 milliseconds and on; a loop that turns tries ten thousand times.
            try await Task.sleep(for: .milliseconds(300))
            #expect((1..<20).contains(errors.count.load(ordering: .relaxed)))
            #expect(accepted.load(ordering: .relaxed) == 0)
        }
        try await eventually("the client is accepted") { accepted.load(ordering: .relaxed) == 1 }
        try await group.shutdownGracefully()
    }

    @Test(arguments: [("", true), ("G", true), ("GE", false)])
    func `tells the client that went away before a request from one that sent something`(text: String, isUnused: Bool)
        async throws
    {
        let told = Mutex<Bool?>(nil)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                told.withLock { $0 = channel.hasEndedUnused }
                return channel.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let client = try #require(LoopbackPort.connection(to: port))
        _ = send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL))
        close(client)
        listener.read()
        try await eventually("it is accepted") { told.withLock { $0 } != nil }
        #expect(told.withLock { $0 } == isUnused)
        try await group.shutdownGracefully()
    }

    @Test func `takes a client that has only connected, and one that waits for its answer, for no such client`() async throws {
        let told = Mutex<[Bool]>([])
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.autoRead, value: false)
            .serverChannelOption(.maxMessagesPerRead, value: 2)
            .childChannelInitializer { channel in
                told.withLock { $0.append(channel.hasEndedUnused) }
                return channel.close()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let silent = try #require(LoopbackPort.connection(to: port))
        let asking = try #require(LoopbackPort.connection(to: port))
        _ = send(asking, "GET / HTTP/1.0\r\n\r\n", 18, Int32(MSG_NOSIGNAL))
        shutdown(asking, Int32(SHUT_WR))
        listener.read()
        try await eventually("both are accepted") { told.withLock(\.count) == 2 }
        #expect(told.withLock { $0 } == [false, false])
        close(silent)
        close(asking)
        try await group.shutdownGracefully()
    }
}
