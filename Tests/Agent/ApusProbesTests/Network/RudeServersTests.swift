import AgentMetrics
import ApusProbes
import Glibc
import HostTesting
import Testing

/// Servers that hang, trickle, flood, lie and refuse, asked by each protocol.
@Suite(.serialized) struct RudeServersTests {
    /// What asks; each case stands for one protocol over the connection that all share.
    enum Way: CaseIterable {
        case http, redis, management, prometheus

        func target(_ port: Int) throws -> ProbeTarget {
            switch self {
            case .http: return .http(HTTPTarget(url: try ProbeURL("http://127.0.0.1:\(port)/health")))
            case .redis: return .redis(RedisTarget(.internet(host: "127.0.0.1", port: port)))
            case .management: return .rabbitmq(RabbitMQTarget(.management, try ProbeURL("http://127.0.0.1:\(port)")))
            case .prometheus: return .rabbitmq(RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(port)")))
            }
        }
    }

    private func failure(
        _ way: Way, of serve: @escaping @Sendable (RudeListener.Connection) -> Void, within limit: Duration = .seconds(10)
    ) async throws -> ProbeFailure {
        let server = try RudeListener(serve)
        defer { server.stop() }
        return try await AskedServer(way.target(server.port)).failure(within: limit)
    }

    @Test(arguments: Way.allCases) func `one that is stopped`(_ way: Way) async throws {
        let failure = try await AskedServer(way.target(LoopbackPort.free())).failure()
        #expect(failure.reason == .connection && failure.text.contains("nothing listens"))
    }

    @Test(arguments: Way.allCases) func `one that takes the connection and says nothing`(_ way: Way) async throws {
        let start = ContinuousClock.now
        let failure = try await failure(way, of: { $0.waitForEnd() }, within: .milliseconds(500))
        #expect(failure.reason == .timeout && failure.text.contains("does not come in time"), "\(failure.text)")
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test(arguments: Way.allCases) func `one that sends a byte at a time`(_ way: Way) async throws {
        let failure = try await failure(
            way,
            of: { connection in
                connection.receive()
                let beginning = way == .redis ? "$3000\r\n# Server\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n"
                for byte in Array(beginning.utf8) + Array(repeating: UInt8(ascii: "a"), count: 500) {
                    guard connection.send([byte]) else { return }
                    usleep(20_000)
                }
            }, within: .milliseconds(700))
        #expect(failure.reason == .timeout, "\(failure.text)")
    }

    @Test(arguments: Way.allCases) func `one that answers rubbish`(_ way: Way) async throws {
        let failure = try await failure(way) { connection in
            connection.receive()
            connection.send("\u{1}\u{2}SSH-2.0-OpenSSH_9.2 \u{1b}[31mred\r\n\r\n")
            connection.waitForEnd()
        }
        #expect(failure.reason == .content, "\(failure.text)")
        #expect(!failure.text.contains("\u{1b}") && !failure.text.contains("\n"))
    }

    @Test(arguments: [Way.redis, .management, .prometheus]) func `one that floods without end`(_ way: Way) async throws {
        let failure = try await failure(way) { connection in
            connection.receive()
            let line = way == .redis ? "$262143\r\n" : "HTTP/1.1 200 OK\r\n\r\n"
            connection.send(line)
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
            while connection.send(piece) {}
        }
        #expect([.limit, .content].contains(failure.reason), "\(failure.text)")
    }

    @Test(arguments: Way.allCases) func `one that ends its side at once`(_ way: Way) async throws {
        let failure = try await failure(way) { connection in
            connection.endSending()
            connection.waitForEnd()
        }
        #expect(failure.reason == .connection, "\(failure.text)")
    }

    @Test(arguments: Way.allCases) func `one that resets the connection`(_ way: Way) async throws {
        let failure = try await failure(way) { connection in
            connection.receive()
            connection.reset()
        }
        #expect(failure.reason == .connection && failure.text.contains("reset"), "\(failure.text)")
    }

    @Test func `heads without end are refused`() async throws {
        let failure = try await failure(.http) { connection in
            connection.receive()
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("X-Field: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n") {}
        }
        #expect(failure.reason == .limit, "\(failure.text)")
    }

    @Test func `answers that are only under way, without end, are refused`() async throws {
        let failure = try await failure(.http) { connection in
            connection.receive()
            while connection.send("HTTP/1.1 100 Continue\r\n\r\n") {}
        }
        #expect(failure.reason == .limit, "\(failure.text)")
    }

    @Test(arguments: ["099", "000", "1000"]) func `a status that is none`(_ code: String) async throws {
        let failure = try await failure(.http) { connection in
            connection.receive()
            connection.send("HTTP/1.1 \(code) Odd\r\nContent-Length: 0\r\n\r\n")
            connection.waitForEnd()
        }
        #expect(failure.reason == .content, "\(failure.text)")
    }

    @Test func `an upgrade that nobody asked for`() async throws {
        let failure = try await failure(.http) { connection in
            connection.receive()
            connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            connection.waitForEnd()
        }
        #expect(failure.reason == .status && failure.text.contains("101"), "\(failure.text)")
    }

    @Test func `a server that says what it was told has nobody log the password`() async throws {
        let server = try RudeListener { connection in
            let bytes = connection.receive()
            guard bytes.starts(with: Array("GET".utf8)) else { return _ = connection.send(bytes) }
            let told =
                String(decoding: bytes, as: UTF8.self).split(separator: "Bearer ").last?.split(separator: "\r\n").first ?? ""
            connection.send(
                "HTTP/1.1 302 \(told)\r\nLocation: http://\(told)/\(told)\r\nX: \(told)\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        try folder.write("S3CRET-m4rk", to: "secret")
        var redis = RedisTarget(.internet(host: "127.0.0.1", port: server.port))
        redis.password = .file(folder.path("secret"))
        let echoed = try await AskedServer(.redis(redis)).failure()
        #expect(echoed.reason == .content && !echoed.text.contains("S3CRET"), "\(echoed.text)")
        var http = HTTPTarget(url: try ProbeURL("http://127.0.0.1:\(server.port)/"))
        http.login = .bearer(.file(folder.path("secret")))
        let moved = try await AskedServer(.http(http)).failure()
        #expect(moved.reason == .status && !moved.text.contains("S3CRET"), "\(moved.text)")
        #expect(server.received.contains("S3CRET-m4rk"))
    }

    @Test(arguments: Way.allCases) func `an attempt that is given up holds nothing`(_ way: Way) async throws {
        let server = try RudeListener { $0.waitForEnd() }
        defer { server.stop() }
        let asked = try AskedServer(way.target(server.port))
        let result = try await asked.askAndCancel(after: .milliseconds(50))
        guard case .failure(let failure) = result else { throw Unexpected("\(result)") }
        #expect(failure.reason == .timeout)
    }

    @Test func `three hundred attempts leave no descriptor behind`() async throws {
        let server = try RudeListener { connection in
            connection.receive()
            switch Int.random(in: 0..<4) {
            case 0: connection.reset()
            case 1: connection.send("rubbish\r\n\r\n")
            case 2: connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12")
            default: connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        defer { server.stop() }
        let asked = try Way.allCases.map { try AskedServer($0.target(server.port)) }
        for probe in asked { _ = try await probe.ask() }
        let before = try openDescriptors()
        for _ in 0..<75 { for probe in asked { _ = try await probe.ask() } }
        try await eventually("as many descriptors as before") { try openDescriptors() <= before }
    }
}
