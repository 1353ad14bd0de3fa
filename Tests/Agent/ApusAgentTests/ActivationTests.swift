import ApusAgent
import ApusSystemd
import ApusText
import CLinux
import Foundation
import Glibc
import HostTesting
import Testing

/// Sockets that a service manager opened.
@Suite(.timeLimit(.minutes(2))) struct ActivationTests {
    /// A listening socket as systemd would pass it: blocking.
    private func listening(_ family: Int32, _ type: __socket_type, path: String? = nil) throws -> Int32 {
        if family == AF_INET, type == SOCK_STREAM { return try LoopbackSocket.listening() }
        let descriptor = socket(family, Int32(type.rawValue), 0)
        if let path {
            try #require(apus_unix_bind(descriptor, path) == 0)
        }
        if type == SOCK_STREAM || type == SOCK_SEQPACKET { try #require(listen(descriptor, 16) == 0) }
        return descriptor
    }

    private func port(_ descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    @Test func `an agent serves on every socket that it is passed, and leaves the report socket where it is`() async throws {
        let path = RunningAgent.temporarySocket()
        defer { unlink(path) }
        let http = [try listening(AF_INET, SOCK_STREAM), try listening(AF_INET, SOCK_STREAM)]
        let report = try listening(AF_UNIX, SOCK_SEQPACKET, path: path)
        chmod(path, 0o600)
        let ports = http.map(port)
        // The manager's own, which outlives the agent.
        let kept = dup(http[0])
        defer { close(kept) }
        // Two by the name of their unit, one by its own.
        let passed = [
            ActivationSocket(descriptor: http[0], name: "apus-agent.socket"),
            ActivationSocket(descriptor: report, name: "apus-agent.socket"),
            ActivationSocket(descriptor: http[1], name: "http"),
        ]
        // Nobody listens at what the configuration names.
        try await RunningAgent.with(
            { $0.listen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 1))] }, socketPath: path, passed: passed
        ) { agent in
            #expect(agent.port == ports[0])
            try await agent.reporting("worker", "worker-1") { _ in
                for port in ports {
                    let client = try RawClient(port: port)
                    client.send("GET /health/live HTTP/1.0\r\n\r\n")
                    #expect(String(decoding: client.readToEnd(), as: UTF8.self).hasSuffix("live\n"))
                }
            }
        }
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        // Who connects now waits for the next agent.
        let waiting = try RawClient(port: ports[0])
        waiting.send("GET /health/live HTTP/1.0\r\n\r\n")
        try await RunningAgent.with(passed: [ActivationSocket(descriptor: dup(kept), name: "http")]) { _ in
            #expect(String(decoding: waiting.readToEnd(), as: UTF8.self).hasSuffix("live\n"))
        }
    }

    @Test func `a socket that is for neither purpose is refused in one line that names it`() throws {
        let path = RunningAgent.temporarySocket()
        let other = RunningAgent.temporarySocket()
        defer {
            unlink(path)
            unlink(other)
        }
        let stream = try listening(AF_INET, SOCK_STREAM)
        let packets = try listening(AF_UNIX, SOCK_SEQPACKET, path: path)
        let more = try listening(AF_UNIX, SOCK_SEQPACKET, path: other)
        let datagrams = try listening(AF_INET, SOCK_DGRAM)
        let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { for descriptor in [stream, packets, more, datagrams, silent] { close(descriptor) } }
        let cases: [(sockets: [(Int32, String)], reason: String)] = [
            ([(datagrams, "http")], "does not listen"), ([(silent, "http")], "does not listen"),
            ([(stream, "report")], "is a stream"), ([(packets, "http")], "is one of packets"),
            ([(packets, "report"), (more, "report")], "is a second one for reports"),
            ([(packets, "report-http")], "is one of packets"),
        ]
        for (sockets, reason) in cases {
            let passed = sockets.map { ActivationSocket(descriptor: $0.0, name: $0.1) }
            let error = #expect(throws: AgentError.self) { try PassedDescriptors(passed) }
            let last = try #require(passed.last)
            #expect(
                error?.description.hasPrefix("the socket \(last.name), passed as descriptor \(last.descriptor), \(reason)")
                    == true)
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func `reports over HTTP are taken on every socket that is passed by their name`() async throws {
        let path = RunningAgent.temporarySocket()
        defer { unlink(path) }
        let passed = [
            ActivationSocket(descriptor: try listening(AF_INET, SOCK_STREAM), name: "http"),
            ActivationSocket(descriptor: try listening(AF_INET, SOCK_STREAM), name: "report-http"),
            ActivationSocket(descriptor: try listening(AF_UNIX, SOCK_STREAM, path: path), name: "report-http"),
        ]
        let port = port(passed[1].descriptor)
        try await RunningAgent.with(passed: passed) { agent in
            #expect(agent.reportPort == port)
            #expect(try await agent.report("/v1/report/shop/shop-1", "x 1\n").status == 204)
            let answer = try Command.run(
                "curl",
                [
                    "-s", "-w", "%{http_code}", "--unix-socket", path, "--data-binary", "y 1\n", "-X", "PUT",
                    "http://localhost/v1/report/shop/shop-2",
                ])
            #expect(answer.output == "204")
            let samples = try await agent.get("/metrics").samples
            #expect(samples["x{service=\"shop\",instance=\"shop-1\"}"] == "1")
            #expect(samples["y{service=\"shop\",instance=\"shop-2\"}"] == "1")
        }
        // The manager's, who has it still.
        #expect(access(path, F_OK) == 0)
    }

    @Test func `what is no socket is told from sockets`() throws {
        let memory = apus_memfd_create("x")
        defer { close(memory) }
        let passed = try PassedDescriptors([ActivationSocket(descriptor: memory, name: "http")])
        #expect(passed.stored.map(\.descriptor) == [memory] && passed.http.isEmpty && passed.report == nil)
    }

    @Test func `a stop lets a scrape that has begun and a request on its way come to their answers`() async throws {
        let manager = try DatagramReceiver()
        var clients = Clients()
        repeat {
            clients = Clients()
            try await stop(beside: clients, manager)
            clients.done.wait()
            // A machine that stood still sends nothing within the time that a stop leaves for it.
        } while clients.delay > .milliseconds(250)
        #expect(String(decoding: clients.late, as: UTF8.self).contains("200 OK"))
        #expect(clients.slow.count > 1_000_000 && clients.slow.suffix(5).elementsEqual("0\r\n\r\n".utf8))
        var messages: [String] = []
        while let message = manager.receive(within: 0) { messages.append(message.text) }
        #expect(messages.contains("EXTEND_TIMEOUT_USEC=10000000"), "\(messages)")
    }

    /// Stops an agent while a scrape is under way and another client, which is connected, has sent nothing yet.
    private func stop(beside clients: Clients, _ manager: DatagramReceiver) async throws {
        try await StreamingTests.withManySeries(notifier: ServiceNotifier(socket: manager.path)) { agent in
            // Their answers are larger than what waits in sockets.
            let slow = try RawClient(port: agent.port)
            slow.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(!slow.read(1).isEmpty)
            let late = try RawClient(port: agent.port)
            // Connections are taken up in their order: an answer on a later one tells that this one does not wait in the socket,
            // with which it would be lost.
            let later = try RawClient(port: agent.port)
            later.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(!later.read(1).isEmpty)
            clients.reader = Thread {
                var connected = ContinuousClock.now
                // The stop begins: nobody can connect any more.
                while (try? RawClient(port: agent.port)) != nil {
                    connected = .now
                    usleep(1000)
                }
                late.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                clients.delay = .now - connected
                clients.late = late.readToEnd()
                clients.slow = slow.readToEnd()
                clients.done.signal()
            }
            clients.reader?.start()
        }
    }

    /// What a thread beside the test leaves for it; read once ``done`` is signalled.
    private final class Clients: @unchecked Sendable {
        let done = DispatchSemaphore(value: 0)
        var reader: Thread?
        /// From the last connection that the agent took to the late request.
        var delay = Duration.zero
        var late: [UInt8] = []
        var slow: [UInt8] = []
    }
}
