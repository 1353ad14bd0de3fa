import Glibc

/// What clients do to a server.
enum HTTPAttack: String {
    /// More connections than a server takes, each of which sends a header now and then.
    case slowHeaders = "slow-headers"
    /// As many that ask once and then keep the connection.
    case idle
    /// As many that say nothing.
    case silent
    /// A few connections on which requests for headers follow one another, unread.
    case pipelining
    /// Clients that ask for the longest answer and read nothing of it, with all the time in the world.
    case neverRead = "never-read"
    /// Clients that ask for the longest answer and read a piece of it now and then.
    case slowRead = "slow-read"
    /// Clients that ask for the longest answer again and again, and read it.
    case scrapes
    /// Clients that ask again and again for the page that costs the most, and read it.
    case pages
    /// Bodies of a megabyte that stop before their end.
    case bodies
    /// Connections that are opened and closed as fast as it goes.
    case churn
    /// Heads without an end, and lines that are no request.
    case nonsense

    private static let most = 1200

    func run(on port: UInt16, until end: ContinuousClock.Instant) {
        switch self {
        case .slowHeaders:
            hold(port, end, first: "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n") { "X-\($0): y\r\n" }
        case .idle: hold(port, end, first: "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
        case .silent: hold(port, end, first: "")
        case .pipelining:
            let request = "HEAD /metrics HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n"
            hold(port, end, count: 8, wait: .milliseconds(2), first: request) { _ in
                String(repeating: request, count: 100)
            }
        case .neverRead:
            let request =
                "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Prometheus-Scrape-Timeout-Seconds: 120\r\n\r\n"
            hold(port, end, count: 100, first: request) { _ in request }
        case .slowRead: ask(port, end, "/metrics", count: 48, piece: 1 << 16, wait: .milliseconds(300))
        case .scrapes: ask(port, end, "/metrics", count: 32, piece: 1 << 20, wait: .milliseconds(5))
        case .pages: ask(port, end, "/stats", count: 60, piece: 1 << 20, wait: .milliseconds(5))
        case .bodies:
            let half = String(repeating: "a", count: 512 << 10)
            let head =
                "POST /notifications HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(1 << 20)\r\n\r\n"
            hold(port, end, count: 900, first: head + half) { _ in "a" }
        case .churn:
            while ContinuousClock.now < end { if Connection(port: port) == nil { pause(.milliseconds(10)) } }
        case .nonsense:
            hold(port, end, count: 32, wait: .milliseconds(20), first: "GET /") { $0 % 2 == 0 ? "\u{0}\r\n" : longLine }
        }
    }

    /// Holds connections, each of which asks for a page without end and reads a piece in its turn.
    private func ask(
        _ port: UInt16, _ end: ContinuousClock.Instant, _ page: String, count: Int, piece: Int, wait: Duration
    ) {
        let request =
            "GET \(page) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Prometheus-Scrape-Timeout-Seconds: 120\r\n\r\n"
        var buffer = [UInt8](repeating: 0, count: piece)
        hold(port, end, count: count, wait: wait, first: request) { connection, _ in
            let taken = connection.take(into: &buffer)
            // Ended, or a piece: the next request waits in the kernel until its turn.
            return taken < 0 ? nil : taken == 0 ? "" : request
        }
    }

    private var longLine: String { String(repeating: "x", count: 64 << 10) }

    /// Holds connections, opens those anew that the server has closed, and lets each send something in turn.
    private func hold(
        _ port: UInt16, _ end: ContinuousClock.Instant, count: Int = most, wait: Duration = .seconds(1), first: String,
        _ next: (Int) -> String = { _ in "" }
    ) {
        hold(port, end, count: count, wait: wait, first: first) { _, turn in next(turn) }
    }

    private func hold(
        _ port: UInt16, _ end: ContinuousClock.Instant, count: Int, wait: Duration, first: String,
        _ next: (Connection, Int) -> String?
    ) {
        var connections: [Connection?] = Array(repeating: nil, count: count)
        var turn = 0
        while ContinuousClock.now < end {
            for index in connections.indices where ContinuousClock.now < end {
                if let connection = connections[index] {
                    guard !connection.isEnded, let text = next(connection, turn), connection.send(text) != nil else {
                        connections[index] = nil
                        continue
                    }
                } else if let connection = Connection(port: port) {
                    connection.send(first)
                    connections[index] = connection
                } else {
                    pause(.milliseconds(1))
                }
            }
            turn += 1
            pause(wait)
        }
    }
}
