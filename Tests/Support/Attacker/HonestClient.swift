import Glibc

/// A client that asks once a second, as Prometheus does every fifteen, each time on a new connection, and writes what it got.
struct HonestClient {
    let port: UInt16
    let path: String
    /// What each answer is to contain.
    let text: String
    private let longest = Duration.seconds(10)

    /// Writes a line for each answer: its status, or `none`; the milliseconds that it took; whether the text is in it.
    func run(until end: ContinuousClock.Instant) {
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            let answer = ask(until: start + longest)
            let took = start.duration(to: .now) / .milliseconds(1)
            let body = answer.map { String(decoding: $0, as: UTF8.self) }
            let status = body?.split(separator: " ", maxSplits: 2).dropFirst().first ?? "none"
            tell("\(status) \(Int(took.rounded(.up))) \(body?.contains(text) == true ? "complete" : "incomplete")")
            pause(max(.milliseconds(1), .seconds(1) - start.duration(to: .now)))
        }
    }

    private func ask(until end: ContinuousClock.Instant) -> [UInt8]? {
        guard let connection = Connection(port: port) else { return nil }
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n"
        guard connection.send(request) == request.utf8.count else { return nil }
        return connection.read(until: { _ in false }, end: end)
    }
}
