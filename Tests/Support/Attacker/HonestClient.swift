import Glibc

/// A client that asks once a second, as Prometheus does every fifteen, each time on a new connection, and writes what it got.
struct HonestClient {
    let port: UInt16
    let path: String
    /// What each answer is to contain.
    let text: String
    private let longest = Duration.seconds(10)

    /// Writes a line for each answer: its status, or `none`; the milliseconds that it took; whether the text is in it; and the milliseconds
    /// of these in which this client was ready to run and had no processor, which are not the server's.
    func run(until end: ContinuousClock.Instant) {
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            let waited = Self.waited
            let answer = ask(until: start + longest)
            let took = start.duration(to: .now) / .milliseconds(1)
            let body = answer.map { String(decoding: $0, as: UTF8.self) }
            let status = body?.split(separator: " ", maxSplits: 2).dropFirst().first ?? "none"
            let own = (Self.waited - waited) / 1_000_000
            tell("\(status) \(Int(took.rounded(.up))) \(body?.contains(text) == true ? "complete" : "incomplete") \(own)")
            pause(max(.milliseconds(1), .seconds(1) - start.duration(to: .now)))
        }
    }

    /// The nanoseconds that this thread, the only one, has waited for a processor: the second field of /proc/PID/schedstat.
    private static var waited: UInt64 {
        var text = [UInt8](repeating: 0, count: 100)
        let file = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        let count = max(0, Glibc.read(file, &text, text.count))
        let fields = text[..<count].split(separator: UInt8(ascii: " "))
        return fields.count < 2 ? 0 : UInt64(String(decoding: fields[1], as: UTF8.self)) ?? 0
    }

    private func ask(until end: ContinuousClock.Instant) -> [UInt8]? {
        guard let connection = Connection(port: port) else { return nil }
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n"
        guard connection.send(request) == request.utf8.count else { return nil }
        return connection.read(until: { _ in false }, end: end)
    }
}
