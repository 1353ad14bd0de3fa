import AgentMetrics
import ApusLinux
import ApusProbes
import Foundation
import Glibc
import HostTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Probes of ports and of Unix sockets, against real ones.
@Suite(.timeLimit(.minutes(2))) struct SocketProbesTests {
    /// Asks once, on a loop of its own.
    private func ask(
        _ target: ProbeTarget, timeout: Duration = .seconds(2),
        look: (@Sendable (String) -> Result<[HostAddresses.Address], HostLookupFault>)? = nil
    ) async throws -> Result<ProbeFigures, ProbeFailure> {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let surroundings = ProbeSurroundings(on: loop, look: look)
        return try await loop.flatSubmit {
            let probe = target.asking(in: surroundings)
            let held = NIOLoopBound(probe, eventLoop: loop)
            let deadline = loop.now + TimeAmount(timeout)
            let timer = loop.scheduleTask(deadline: deadline) { held.value.cancel() }
            return probe.ask(until: deadline).always { _ in
                timer.cancel()
                _ = held
            }
        }.get()
    }

    /// Asks several at once, on one loop.
    private func askAll(
        _ targets: [ProbeTarget], in surroundings: ProbeSurroundings, timeout: Duration = .seconds(2)
    ) async throws -> [Result<ProbeFigures, ProbeFailure>] {
        let loop = surroundings.loop
        return try await loop.flatSubmit {
            let futures = targets.map { target in
                let probe = target.asking(in: surroundings)
                let held = NIOLoopBound(probe, eventLoop: loop)
                let deadline = loop.now + TimeAmount(timeout)
                let timer = loop.scheduleTask(deadline: deadline) { held.value.cancel() }
                return probe.ask(until: deadline).always { _ in
                    timer.cancel()
                    _ = held
                }
            }
            return EventLoopFuture.whenAllSucceed(futures, on: loop)
        }.get()
    }

    private func failure(_ result: Result<ProbeFigures, ProbeFailure>) -> ProbeFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    private func port(_ number: Int, _ host: String = "127.0.0.1") -> ProbeTarget {
        .tcp(TCPTarget(host: host, port: number))
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `a port that listens is up`(host: String) async throws {
        let number = try LoopbackPort.free()
        let listener = try OccupiedPort(number)
        #expect(try await ask(port(number, host)) == .success(.connected))
        _ = listener
    }

    @Test func `a port that nobody listens on says so`() async throws {
        let number = try LoopbackPort.free()
        let found = failure(try await ask(port(number)))
        #expect(found?.reason == .connection)
        #expect(
            found?.text.hasPrefix("nothing listens on 127.0.0.1:\(number): start the server") == true, "\(found?.text ?? "")")
    }

    @Test func `a port whose queue is full is late, and not for longer than its time`() async throws {
        let number = try LoopbackPort.free()
        let listener = try OccupiedPort(number)
        // One more than the backlog of 1, and none of them is accepted: the kernel drops what comes then.
        let held = (0..<8).map { _ in HeldSocket(to: number) }
        let begin = ContinuousClock.now
        let found = failure(try await ask(port(number), timeout: .milliseconds(400)))
        #expect(found?.reason == .timeout, "\(found?.text ?? "")")
        #expect(begin.duration(to: .now) < .seconds(3))
        _ = (listener, held)
    }

    @Test func `a name that nobody knows, and one whose server does not answer, say so`() async throws {
        let unknown = failure(
            try await ask(port(1, "db.example")) { _ in
                Result { () throws(HostLookupFault) in try HostAddresses.look(up: "-", most: 1) }
            })
        #expect(unknown?.reason == .resolve, "\(unknown?.text ?? "")")
        #expect(unknown?.text.contains("“db.example”") == true)
        let begin = ContinuousClock.now
        let hung = failure(
            try await ask(port(1, "db.example"), timeout: .milliseconds(300)) { _ in
                sleep(3)
                return .success([])
            })
        #expect(hung?.reason == .timeout, "\(hung?.text ?? "")")
        #expect(begin.duration(to: .now) < .seconds(2))
    }

    @Test func `a name whose lookup hangs is asked at the addresses that it had last`() async throws {
        let listener = try HostileServer(.hangs)
        let number = listener.port
        let lookups = Atomic<Int>(0)
        let surroundings = ProbeSurroundings(
            on: MultiThreadedEventLoopGroup.singleton.next(),
            look: { name in
                guard name == "db.example", lookups.add(1, ordering: .relaxed).newValue == 1 else {
                    sleep(4)
                    return .success([])
                }
                return Result { () throws(HostLookupFault) in try HostAddresses.look(up: "127.0.0.1", most: 1) }
            })
        for _ in 0..<3 {
            #expect(try await askAll([port(number, "db.example")], in: surroundings) == [.success(.connected)])
        }
        #expect(lookups.load(ordering: .relaxed) == 2)
        // One that was never known has nothing to go on with.
        let unknown = try await askAll([port(number, "new.example")], in: surroundings, timeout: .milliseconds(300))
        #expect(failure(unknown[0])?.reason == .timeout)
        _ = listener
    }

    @Test func `names whose lookups hang keep no other name from its own`() async throws {
        let number = try LoopbackPort.free()
        let listener = try OccupiedPort(number)
        let surroundings = ProbeSurroundings(
            on: MultiThreadedEventLoopGroup.singleton.next(),
            look: { name in
                if name != "live.example" { sleep(6) }
                return Result { () throws(HostLookupFault) in try HostAddresses.look(up: "127.0.0.1", most: 1) }
            })
        let dead = (0..<16).map { port(number, "dead\($0).example") }
        let results = try await askAll(dead + [port(number, "live.example")], in: surroundings, timeout: .seconds(4))
        #expect(results.last == .success(.connected))
        #expect(results.dropLast().allSatisfy { failure($0)?.reason == .timeout })
        _ = listener
    }

    @Test func `all addresses of a name are tried`() async throws {
        let number = try LoopbackPort.free()
        let listener = try OccupiedPort(number)
        let result = try await ask(port(number, "db.example")) { _ in
            Result { () throws(HostLookupFault) in
                try HostAddresses.look(up: "::1", most: 1) + HostAddresses.look(up: "127.0.0.1", most: 1)
            }
        }
        #expect(result == .success(.connected))
        _ = listener
    }

    @Test func `a thousand attempts leave no descriptor`() async throws {
        let number = try LoopbackPort.free()
        let listener = try OccupiedPort(number)
        let nobody = try LoopbackPort.free()
        func descriptors() throws -> Int { try FolderNames.read("/proc/self/fd").count }
        _ = try await ask(port(nobody))
        let before = try descriptors()
        for _ in 0..<500 {
            _ = try await ask(port(nobody))
            _ = try await ask(.unix(UnixTarget(path: "@apus-nobody-\(number)")))
        }
        try await eventually("the probes are as they should be") { try descriptors() <= before + 4 }
        _ = listener
    }

    // MARK: - Unix sockets

    @Test(arguments: UnixTarget.Form.allCases)
    func `a Unix socket that listens is up, by its path and by an abstract name`(form: UnixTarget.Form) async throws {
        let folder = try TemporaryFolder()
        for path in ["\(folder.path)/a.sock", "@apus-test-\(UUID().uuidString)"] {
            let socket = try ListeningUnixSocket(path, form)
            #expect(try await ask(.unix(UnixTarget(path: path, form: form))) == .success(.connected))
            _ = socket
        }
    }

    @Test func `a Unix socket that takes no connection says why`() async throws {
        let folder = try TemporaryFolder()
        let left = "\(folder.path)/left.sock"
        do { _ = try ListeningUnixSocket(left, .stream) }
        let datagram = "\(folder.path)/datagram.sock"
        let other = try ListeningUnixSocket(datagram, .datagram)
        try "no socket".write(toFile: "\(folder.path)/file", atomically: false, encoding: .utf8)
        let expected: [(String, ProbeFailureReason, String)] = [
            (left, .connection, "nobody listens on"), ("\(folder.path)/none.sock", .connection, "there is no socket"),
            ("\(folder.path)/file", .connection, "it is no socket"), ("\(folder.path)/file/x", .file, "what is no folder"),
            (datagram, .file, "is no socket of the type stream"), ("@apus-nobody-here", .connection, "nobody listens on"),
        ]
        for (path, reason, words) in expected {
            let found = failure(try await ask(.unix(UnixTarget(path: path))))
            #expect(found?.reason == reason && found?.text.contains(words) == true, "\(path): \(found?.text ?? "")")
        }
        _ = other
    }

    @Test func `a Unix socket whose queue is full is late, and up once there is room`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/full.sock"
        let socket = try ListeningUnixSocket(path, .stream, backlog: 0)
        let held = socket.fill(path)
        let found = failure(try await ask(.unix(UnixTarget(path: path)), timeout: .milliseconds(400)))
        #expect(found?.reason == .timeout && found?.text.contains("wait to be accepted") == true, "\(found?.text ?? "")")
        async let result = ask(.unix(UnixTarget(path: path)), timeout: .seconds(10))
        try await Task.sleep(for: .milliseconds(150))
        socket.acceptAll()
        #expect(try await result == .success(.connected))
        for descriptor in held { close(descriptor) }
    }

    /// Probes that ask over the Unix socket of a path.
    private func overSocket(_ path: String) throws -> [ProbeTarget] {
        var http = HTTPTarget(url: try ProbeURL("http://localhost/"))
        http.socket = path
        return [.http(http), .redis(RedisTarget(.unix(path))), .unix(UnixTarget(path: path))]
    }

    @Test func `a file system that does not answer holds up nobody else, whatever is asked over the socket`() async throws {
        let number = try LoopbackPort.free()
        let listener = try OccupiedPort(number)
        let surroundings = ProbeSurroundings(
            on: MultiThreadedEventLoopGroup.singleton.next(),
            connect: { _ in
                sleep(3)
                return .failure(ConnectedUnixSocket.Fault(code: ENOENT))
            })
        let begin = ContinuousClock.now
        async let hung = askAll(overSocket("/srv/dead/a.sock"), in: surroundings, timeout: .milliseconds(600))
        #expect(try await askAll([port(number)], in: surroundings) == [.success(.connected)])
        #expect(begin.duration(to: .now) < .milliseconds(500))
        for result in try await hung {
            let found = failure(result)
            #expect(found?.reason == .timeout && found?.text.contains("/srv/dead/a.sock") == true, "\(found?.text ?? "")")
            #expect(found?.text.contains("file system") == true, "\(found?.text ?? "")")
        }
        #expect(begin.duration(to: .now) < .seconds(2))
        _ = listener
    }

    @Test func `a full queue is waited for by all that ask over the socket, and is no lack of a server`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/full.sock"
        let socket = try ListeningUnixSocket(path, .stream, backlog: 0)
        let held = socket.fill(path)
        let surroundings = ProbeSurroundings(on: MultiThreadedEventLoopGroup.singleton.next())
        for result in try await askAll(overSocket(path), in: surroundings, timeout: .milliseconds(500)) {
            let found = failure(result)
            #expect(found?.reason == .timeout && found?.text.contains("wait to be accepted") == true, "\(found?.text ?? "")")
        }
        for descriptor in held { close(descriptor) }
    }

    @Test func `probes of one socket that share a call have a connection each`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/a.sock"
        let socket = try ListeningUnixSocket(path, .stream, backlog: 64)
        let surroundings = ProbeSurroundings(on: MultiThreadedEventLoopGroup.singleton.next())
        let before = try openDescriptors()
        let targets = Array(repeating: ProbeTarget.unix(UnixTarget(path: path)), count: 12)
        #expect(try await askAll(targets, in: surroundings) == Array(repeating: .success(.connected), count: 12))
        #expect(socket.acceptAll() == 12)
        try await eventually("no descriptor is left") { try openDescriptors() <= before }
    }
}

/// A socket that is connected, or about to be, without waiting.
private final class HeldSocket: Sendable {
    private let descriptor: Int32

    init(to port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        _ = LoopbackPort.connect(descriptor, to: port)
    }

    deinit { close(descriptor) }
}

/// A Unix socket that is bound, and listens where its type can.
private final class ListeningUnixSocket: Sendable {
    private let descriptor: Int32

    struct NotBound: Error { let code: Int32 }

    init(_ path: String, _ form: UnixTarget.Form, backlog: Int32 = 16) throws {
        descriptor = Self.make(form)
        guard Self.withAddress(path, { bind(descriptor, $0, $1) }) == 0,
            form == .datagram || listen(descriptor, backlog) == 0
        else { throw NotBound(code: errno) }
    }

    deinit { close(descriptor) }

    private static func make(_ form: UnixTarget.Form) -> Int32 {
        let type =
            switch form {
            case .stream: SOCK_STREAM
            case .datagram: SOCK_DGRAM
            case .seqpacket: SOCK_SEQPACKET
            }
        return socket(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        if path.hasPrefix("@") { name[0] = 0 } else { name.append(0) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    /// Connects until nobody can any more.
    func fill(_ path: String) -> [Int32] {
        var held: [Int32] = []
        while held.count < 64 {
            let client = Self.make(.stream)
            held.append(client)
            if Self.withAddress(path, { connect(client, $0, $1) }) != 0 { break }
        }
        return held
    }

    /// How many connections waited.
    @discardableResult
    func acceptAll() -> Int {
        var count = 0
        while case let client = accept(descriptor, nil, nil), client >= 0 {
            close(client)
            count += 1
        }
        return count
    }
}
