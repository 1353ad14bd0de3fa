import ApusHTTP
import ApusLinux
import Foundation
import Glibc
import HostTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct `An acceptor of connections` {
    private final class Story: Sendable {
        let built = Mutex<[any Channel]>([])
        let cuts = Mutex<[ConnectionCutReason]>([])
        let refused = Atomic(0)
        let pauses = Atomic(0)
    }

    /// A client of the server, which closes its socket with itself.
    private final class Client: Sendable {
        private let descriptor: Int32

        init(of port: Int) throws { descriptor = try #require(LoopbackPort.connection(to: port)) }
        /// One whose socket is made, and not connected.
        init() { descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        deinit { close(descriptor) }

        func connect(to port: Int) -> Bool { LoopbackPort.connect(descriptor, to: port) }
        func send(_ text: String) { _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }
        func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

        var isEnded: Bool {
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
            return count == 0 || count < 0 && errno != EAGAIN
        }
    }

    private let story = Story()

    /// One that keeps each connection open that it builds.
    private func acceptor(
        on listener: ListeningSocket, group: MultiThreadedEventLoopGroup, places: Int = 8, share: Int = 8,
        silence: TimeAmount = .seconds(60),
        reserve: Int = 0
    ) -> ConnectionAcceptor {
        let gate = ConnectionGate(
            ConnectionPlaces(places: places, share: share, reserve: 0, stall: .seconds(1)),
            cut: { [story] cut in story.cuts.withLock { $0.append(cut.reason) } })
        return ConnectionAcceptor(
            [listener], gate: gate, silence: silence, reserve: reserve, group: group,
            handling: ConnectionAcceptor.Handling(
                options: { $0 },
                build: { [story] channel, _, _ in
                    story.built.withLock { $0.append(channel) }
                    return channel.eventLoop.makeSucceededVoidFuture()
                }, refused: { [story] _ in story.refused.add(1, ordering: .relaxed) },
                paused: { [story] _, _ in story.pauses.add(1, ordering: .relaxed) }))
    }

    /// Runs an acceptor.
    ///
    /// - Parameter first: what happens before it runs, while its socket listens.
    private func withServer(
        places: Int = 8, share: Int = 8, silence: TimeAmount = .seconds(60), reserve: Int = 0,
        first: (Int, ConnectionAcceptor) throws -> Void = { _, _ in },
        _ test: (Int, ConnectionAcceptor, MultiThreadedEventLoopGroup) async throws -> Void
    ) async throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 64)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let acceptor = acceptor(on: listener, group: group, places: places, share: share, silence: silence, reserve: reserve)
        try first(try #require(listener.port), acceptor)
        let running = Task { try await acceptor.run() }
        let port = try #require(listener.port)
        let result: Result<Void, any Error>
        do { result = .success(try await test(port, acceptor, group)) } catch { result = .failure(error) }
        acceptor.stop(silence: .zero)
        try await running.value
        try await group.shutdownGracefully()
        try result.get()
    }

    private var built: Int { story.built.withLock(\.count) }
    private var cuts: [ConnectionCutReason] { story.cuts.withLock { $0 } }

    /// Sockets of this process that their clients have left: in the state 08 of /proc/net/tcp.
    private func left(on port: Int) throws -> Int {
        let place = "0100007F:" + String(port, radix: 16, uppercase: true)
        return try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8).split(separator: "\n").count {
            let fields = $0.split(separator: " ")
            return fields.count > 3 && fields[1] == place && fields[3] == "08"
        }
    }

    @Test func `builds nothing for clients that stay silent, and closes them in time`() async throws {
        try await withServer(silence: .milliseconds(200)) { port, _, _ in
            let clients = try (0..<3).map { _ in try Client(of: port) }
            try await eventually("all are closed") { clients.allSatisfy(\.isEnded) }
            #expect(cuts == [.idle, .idle, .idle])
            #expect(built == 0)
        }
    }

    @Test func `builds a connection when its client speaks, be it late or its last word`() async throws {
        try await withServer { port, _, _ in
            let late = try Client(of: port)
            let last = try Client(of: port)
            last.send("GET / HTTP/1.0\r\n\r\n")
            last.endSending()
            try await eventually("the last word is heard") { built == 1 }
            late.send("G")
            try await eventually("the late one is heard") { built == 2 }
            #expect(cuts.isEmpty)
            #expect(!late.isEnded)
        }
    }

    @Test func `keeps neither place nor descriptor of a client that has gone`() async throws {
        try await withServer(places: 2, share: 2) { port, _, _ in
            for _ in 0..<300 { _ = try Client(of: port) }
            try await eventually("all are closed") { try left(on: port) == 0 }
            let before = cuts.count
            let clients = try (0..<2).map { _ in try Client(of: port) }
            for client in clients { client.send("GET") }
            try await eventually("both are served") { built == 2 }
            #expect(cuts.count == before)
        }
    }

    @Test func `closes a peer's oldest silent one past its share`() async throws {
        try await withServer(share: 2) { port, _, _ in
            let clients = try (0..<4).map { _ in try Client(of: port) }
            try await eventually("two are closed") { clients[0].isEnded && clients[1].isEnded }
            #expect(cuts == [.share, .share])
            for client in clients[2...] { client.send("GET") }
            try await eventually("the others are served") { built == 2 }
        }
    }

    @Test func `builds nothing for a connection that has lost its place before its turn`() async throws {
        try await withServer(share: 1) { port, _, group in
            let isFree = Atomic(false)
            group.next().execute { while !isFree.load(ordering: .relaxed) { usleep(1000) } }
            let first = try Client(of: port)
            first.send("GET")
            let second = try Client(of: port)
            second.send("GET")
            try await eventually("the second one has the place") { cuts == [.share] }
            isFree.store(true, ordering: .relaxed)
            try await eventually("the first one is closed") { first.isEnded }
            try await eventually("the second one is served") { built == 1 }
            #expect(!second.isEnded)
        }
    }

    @Test func `closes a connection at once that has lost its place, whatever its loop does`() async throws {
        try await withServer(share: 2) { port, _, group in
            let isFree = Atomic(false)
            group.next().execute { while !isFree.load(ordering: .relaxed) { usleep(1000) } }
            defer { isFree.store(true, ordering: .relaxed) }
            let clients = try (0..<20).map { _ in try Client(of: port) }
            for client in clients { client.send("GET") }
            try await eventually("the others have the places") { cuts.count == 18 }
            try await eventually("they are closed") { clients.count(where: \.isEnded) == 18 }
        }
        #expect(built <= 2)
    }

    @Test func `says that the process has no descriptor for it`() async throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 64)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let acceptor = acceptor(on: listener, group: group)
        try await withoutDescriptors {
            await #expect(throws: SocketFailure(code: EMFILE)) { try await acceptor.run() }
        }
        try await group.shutdownGracefully()
    }

    @Test func `rests while the process has no descriptor, and goes on when it has some again`() async throws {
        try await withServer { port, _, _ in
            let silent = try Client(of: port)
            let speaking = try Client(of: port)
            speaking.send("GET")
            try await eventually("both are accepted") { built == 1 }
            let client = Client()
            try await withoutDescriptors {
                #expect(client.connect(to: port))
                client.send("GET")
                // The pauses are of 50, 100, 200 milliseconds and on; a loop that turns tries ten thousand times.
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect((1..<20).contains(story.pauses.load(ordering: .relaxed)))
            #expect(silent.isEnded)
            #expect(Set(cuts) == [.descriptors])
            try await eventually("the client is served") { built == 2 }
        }
    }

    @Test func `closes one connection for another's descriptor, though its loop takes its time`() async throws {
        try await withServer { port, _, group in
            let clients = try (0..<8).map { _ in try Client(of: port) }
            for client in clients { client.send("GET") }
            try await eventually("all are served") { built == 8 }
            let isFree = Atomic(false)
            group.next().execute { while !isFree.load(ordering: .relaxed) { usleep(1000) } }
            defer { isFree.store(true, ordering: .relaxed) }
            let client = Client()
            try await withoutDescriptors {
                #expect(client.connect(to: port))
                try await eventually("one gives way") { !cuts.isEmpty }
                try await Task.sleep(for: .milliseconds(20))
                #expect(cuts.count < 8)
            }
        }
    }

    @Test func `closes no connection for an error that this would not end`() async throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 64)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let acceptor = acceptor(on: listener, group: group)
        let running = Task { try await acceptor.run() }
        let clients = try (0..<2).map { _ in try Client(of: try #require(listener.port)) }
        for client in clients { client.send("GET") }
        try await eventually("both are served") { built == 2 }
        // As when another process that was passed the socket shuts it down: accept says EINVAL.
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        try await eventually("it rests") { story.pauses.load(ordering: .relaxed) > 0 }
        #expect(cuts.isEmpty)
        #expect(clients.allSatisfy { !$0.isEnded })
        acceptor.stop(silence: .zero)
        try await running.value
        try await group.shutdownGracefully()
    }

    @Test func `leaves descriptors to others than clients`() async throws {
        try await withServer(places: 64, share: 64, reserve: 8) { port, _, _ in
            // From the highest number on that is taken, all below are.
            let highest = try #require(
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }.max())
            var fill: [Int32] = []
            while (fill.last ?? 0) <= highest { fill.append(dup(0)) }
            defer { for descriptor in fill { close(descriptor) } }
            try await withDescriptors(Int(highest) + 2 + 24) {
                var clients: [Client] = []
                for _ in 0..<12 {
                    let client = try Client(of: port)
                    client.send("GET")
                    clients.append(client)
                }
                try await eventually("some give way") { cuts.contains(.descriptors) }
                try await eventually("a file can be opened") {
                    let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
                    defer { close(file) }
                    return file >= 0
                }
                #expect(!clients[11].isEnded)
            }
        }
    }

    /// Runs with no descriptor to be had: the process has the numbers below three already.
    private func withoutDescriptors(_ body: () async throws -> Void) async throws { try await withDescriptors(3, body) }

    private func withDescriptors(_ count: Int, _ body: () async throws -> Void) async throws {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        try #require(getrlimit(resource, &limit) == 0)
        var other = rlimit(rlim_cur: rlim_t(count), rlim_max: limit.rlim_max)
        try #require(setrlimit(resource, &other) == 0)
        defer { setrlimit(resource, &limit) }
        try await body()
    }

    @Test func `takes what is in the queue before it stops, and is heard of nobody after`() async throws {
        try await withServer(places: 64, share: 64) { port, acceptor, _ in
            let clients = try (0..<40).map { _ in try Client(of: port) }
            for client in clients { client.send("GET") }
            acceptor.stop(silence: .seconds(5))
            try await eventually("all are served") { built == 40 }
            try await eventually("nobody listens") { !LoopbackPort.answers(port) }
            #expect(clients.allSatisfy { !$0.isEnded })
        }
    }

    @Test func `takes what is in the queue, though it is stopped before it runs`() async throws {
        let clients = Mutex<[Client]>([])
        try await withServer(
            places: 64, share: 64,
            first: { port, acceptor in
                let queued = try (0..<40).map { _ in try Client(of: port) }
                for client in queued { client.send("GET") }
                clients.withLock { $0 = queued }
                acceptor.stop(silence: .zero)
            }
        ) { _, _, _ in
            try await eventually("all are served") { built == 40 }
            #expect(clients.withLock { $0.allSatisfy { !$0.isEnded } })
        }
    }

    @Test func `listens on both families, and tells who comes by which`() throws {
        let listener = try ListeningSocket(host: "::", port: 0, backlog: 8)
        defer { close(listener.descriptor) }
        let port = try #require(listener.port)
        let client = try Client(of: port)
        var accepted: ListeningSocket.Accepted?
        while accepted == nil { accepted = try listener.accept() }
        let connection = try #require(accepted)
        defer { close(connection.descriptor) }
        #expect(connection.client?.host == "127.0.0.1")
        #expect(connection.server?.port == UInt16(port))
        #expect(ConnectionPeer(connection) == .localUser(getuid()))
        withExtendedLifetime(client) {}
    }

    @Test func `says that another one listens there`() throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 8)
        defer { close(listener.descriptor) }
        let port = try #require(listener.port)
        #expect(throws: SocketFailure(code: EADDRINUSE)) { try ListeningSocket(host: "127.0.0.1", port: port, backlog: 8) }
    }
}
