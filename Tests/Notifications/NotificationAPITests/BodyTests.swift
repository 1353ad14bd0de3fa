import ApusLimits
import CoreMetrics
import HostTesting
import MetricsTestKit
import NotificationAPI
import NotificationStore
import NotificationTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct `The bodies of requests to an API` {
    private let head = "POST /notifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    private static let json = "Content-Type: application/json\r\n"

    private func count(_ status: Int, _ api: RunningAPI) -> Int {
        let labels = [("method", "POST"), ("route", "/notifications"), ("status", "\(status)")]
        return (try? api.metrics.expectRecorder("http_server_request_duration_seconds", labels).values.count) ?? 0
    }

    private func cuts(_ cause: String, _ api: RunningAPI) -> Int64 {
        (try? api.metrics.expectCounter("http_server_connections_cut_total", [("cause", cause)]).totalValue) ?? 0
    }

    /// Sends without holding up the test while the server takes nothing.
    private func send(_ text: String, times: Int = 1, on client: RawConnection) async {
        await withCheckedContinuation { continuation in
            Task.detached {
                for _ in 0..<times { client.send(text) }
                continuation.resume()
            }
        }
    }

    @Test(arguments: [
        ("POST /nowhere", "", 404), ("PUT /notifications", Self.json, 405),
        ("POST /notifications", "Content-Type: application/x-www-form-urlencoded\r\n", 415),
        ("POST /notifications", "\(Self.json)Idempotency-Key: \r\n", 400), ("POST /stats", "", 405),
    ])
    func `are given back when the answer comes before them, and the connection goes on`(
        line: String, fields: String, status: Int
    ) async throws {
        try await withAPI { api in
            for framing in ["Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"] {
                let client = try RawConnection(to: api.port)
                for _ in 0..<3 {
                    client.send("\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\(framing)")
                    #expect(try await client.answer(containing: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
                    let body = String(repeating: " ", count: 1000)
                    client.send(framing.hasPrefix("T") ? "3e8\r\n\(body)\r\n0\r\n\r\n" : body)
                    client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                    _ = try await client.answer(containing: "{\"status\":\"pass\"}")
                }
                #expect(api.server.bodyBytes == 0)
            }
            try await eventually("all are given back") { api.server.bodyBytes == 0 }
            #expect(try await api.post(log).status == 202)
        }
    }

    @Test func `cost nobody else anything when they are discarded, and a long one ends its connection`() async throws {
        try await withAPI { api in
            let honest = try (0..<5).map { _ in try RawConnection(to: api.port) }
            for client in honest { client.send("\(head)Content-Length: \(log.utf8.count)\r\n\r\n\(log.prefix(20))") }
            try await eventually("they are read") { api.server.bodyBytes == 100 }
            let other = try RawConnection(to: api.port)
            other.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 70000000\r\n\r\n")
            let answer = try await other.answer(containing: "no-route")
            #expect(answer.hasPrefix("HTTP/1.1 404 "))
            #expect(answer.lowercased().contains("connection: close"))
            await send(String(repeating: "x", count: 1_000_000), times: 70, on: other)
            try await eventually("it is cut") { cuts("discarded", api) == 1 }
            for client in honest {
                client.send(String(log.dropFirst(20)))
                #expect(try await client.answer(containing: "\"id\"").hasPrefix("HTTP/1.1 202 "))
            }
            #expect(cuts("bodies", api) == 0)
        }
    }

    @Test func `that are too long are answered before the connection ends`() async throws {
        try await withAPI { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Content-Length: 30000000\r\n\r\n")
            await send(String(repeating: " ", count: 500_000), on: client)
            let answer = try await client.untilEnd()
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("too-large"))
        }
    }

    @Test func `are refused with 503, the largest first, when all of them are too large together`() async throws {
        try await withAPI { api in
            let size = RequestLimits.body.value.bytes
            let most = APILimits.bodies.value.bytes / size
            let small = try RawConnection(to: api.port)
            small.send("\(head)Content-Length: \(log.utf8.count)\r\n\r\n\(log.prefix(20))")
            try await eventually("it is read") { api.server.bodyBytes == 20 }
            let piece = String(repeating: " ", count: size - 1)
            let clients = try (0..<most + 8).map { _ in try RawConnection(to: api.port) }
            for client in clients {
                client.send("\(head)Content-Length: \(size)\r\n\r\n")
                await send(piece, on: client)
            }
            try await eventually("all are counted") { count(503, api) >= 8 }
            #expect(cuts("bodies", api) >= 8)
            #expect(try await api.post(log).status == 202)
            small.send(String(log.dropFirst(20)))
            #expect(try await small.answer(containing: "\"id\"").hasPrefix("HTTP/1.1 202 "))
        }
    }

    @Test func `that wait for their turn cost whoever sends so many, and neither others nor readiness`() async throws {
        let store = HeldStore()
        try await withAPI(wrap: { store.wrap($0) }) { api in
            let size = RequestLimits.body.value.bytes
            let body = log + String(repeating: " ", count: size - log.utf8.count)
            let fitting = APILimits.storing.value + APILimits.turnBytes.value.bytes / size
            let clients = try (0..<fitting + 8).map { _ in try RawConnection(to: api.port) }
            for client in clients {
                client.send("\(head)Content-Length: \(size)\r\n\r\n")
                await send(body, on: client)
            }
            // Which of the two lines has no room, that to be read or that to be stored, is a matter of how fast they come.
            try await eventually("those past the bound are refused") { count(503, api) >= 8 }
            try await eventually("as many are told as crowded") { cuts("bodies", api) == count(503, api) }
            try await eventually("the first are being stored") { store.faulty?.waiting(.enqueue) == APILimits.storing.value }
            #expect(try await api.get("/health/ready").status == 200)
            store.faulty?.hold([])
            // Whoever waited too long for its turn is refused as well.
            try await eventually("the others are answered") { count(202, api) + count(503, api) == clients.count }
            #expect(count(202, api) >= APILimits.storing.value)
        }
    }
}
