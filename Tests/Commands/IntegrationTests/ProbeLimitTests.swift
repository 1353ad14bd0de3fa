import Foundation
import Glibc
import HostTesting
import Testing

/// What `apus probe` makes of a process that answers what it should not.
@Suite(.timeLimit(.minutes(2))) struct `A probe of a hostile process` {
    /// Stands for an answer of more than a mebibyte.
    private static let long = "long"

    /// Answers one connection by bytes, and then with a byte now and then as long as somebody reads.
    private static func serve(_ answer: String, trickles: Bool) throws -> Int {
        let port = try LoopbackPort.free()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isBound && listen(listener, 1) == 0)
        // A thread of its own: what blocks one of the pool's keeps other tests from going on.
        Thread.detachNewThread {
            let client = accept(listener, nil, nil)
            close(listener)
            var request = [UInt8](repeating: 0, count: 4096)
            _ = recv(client, &request, request.count, 0)
            let text = answer == Self.long ? "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: (1 << 20) + 1) : answer
            let bytes = Array(text.utf8)
            _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            var left = 40
            while trickles, left > 0, send(client, "x", 1, Int32(MSG_NOSIGNAL)) == 1 {
                left -= 1
                usleep(250_000)
            }
            close(client)
        }
        return port
    }

    @Test(arguments: [
        ("HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", false, "status 99"),
        ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", false, "status 101"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", true, "no whole answer within"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc", false, "closed"),
        ("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", false, "answers with 302"),
        ("", false, "closed"), (long, false, "more than"),
    ])
    func `fails within its time, in one line that says why`(answer: String, trickles: Bool, words: String) async throws {
        let port = try Self.serve(answer, trickles: trickles)
        let start = ContinuousClock.now
        let probe = try await Command.runApart(
            Executables.apus, ["probe", "http://127.0.0.1:\(port)/health/live", "--timeout", "1s"])
        #expect(ContinuousClock.now - start < .seconds(6))
        #expect(probe.status == 1)
        #expect(probe.errors.contains(words), "\(probe.errors)")
    }

    @Test(arguments: [["probe", "ftp://a"], ["probe", "http://127.0.0.1:1", "--timeout", "2d"], ["probe", "a"]])
    func `is refused what it cannot ask`(arguments: [String]) async throws {
        let probe = try await Command.runApart(Executables.apus, arguments)
        #expect(probe.status != 0)
        #expect(probe.errors.split(separator: "\n").count == 1, "\(probe.errors)")
    }
}
