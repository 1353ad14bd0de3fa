import NIOHTTP1
import Testing

/// Combining marks in an order that is not the normal one: to bring them into it takes the square of their number.
@Suite(.timeLimit(.minutes(2))) struct `A request of combining marks` {
    private static let marks = String(repeating: "\u{0315}\u{0300}", count: 200_000)
    private static let head = "POST /notifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

    private static let bodies = [
        (#"{"a\#(marks)":0}"#, "64 at most"),
        (#"{"userId":"u","channel":"w\#(marks)","title":"t","body":"b"}"#, "is no channel"),
        (#"{"userId":"u","channel":"log","title":"t","body":"b","deliverAt":"\#(marks)"}"#, "is no such moment"),
        (#"{"userId":"u","channel":"webhook","title":"t","body":"b","webhookUrl":"http://\#(marks)"}"#, "bytes"),
        (#"{"userId":"\#(marks)","channel":"log","title":"t","body":"b"}"#, "characters"),
    ]

    @Test func `is refused as fast as others`() async throws {
        try await withAPI { api in
            for (body, problem) in Self.bodies {
                let start = ContinuousClock.now
                let reply = try await api.post(body)
                #expect(reply.status == 400, "\(problem)")
                #expect(reply.text.contains(problem))
                #expect(ContinuousClock.now - start < .seconds(5), "\(problem)")
            }
        }
    }

    @Test func `in a head is answered with 400`() async throws {
        let marks = String(repeating: "\u{0315}\u{0300}", count: 1500)
        try await withAPI { api in
            for field in ["Expect", "Connection", "Content-Encoding"] {
                let client = try RawConnection(to: api.port)
                client.send("\(Self.head)\(field): \(marks)\r\nContent-Length: 2\r\n\r\n{}")
                #expect(try await client.untilEnd(within: .seconds(5)).hasPrefix("HTTP/1.1 400 "), "\(field)")
            }
        }
    }

    @Test func `that names many members is answered in time`() async throws {
        let member = "\u{0315}\u{0300}"
        let names = (0..<20_000).map { #""\#($0)a\#(String(repeating: member, count: 10))":0"# }
        try await withAPI { api in
            let start = ContinuousClock.now
            let reply = try await api.post("{\(names.joined(separator: ","))}")
            #expect(reply.status == 400)
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `A request that asks for more than HTTP/1.1` {
    @Test func `gets its answer, and then the end of the connection, which hears nothing more`() async throws {
        try await withAPI { api in
            for request in [
                "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
                "CONNECT a:22 HTTP/1.1\r\nHost: a\r\n\r\n",
            ] {
                let client = try RawConnection(to: api.port)
                client.send(request)
                let answer = try await client.untilEnd(within: .seconds(5))
                #expect(answer.hasPrefix("HTTP/1.1 "))
                #expect(answer.lowercased().contains("connection: close\r\n"))
            }
        }
    }

    @Test func `or for a length past every number is answered without its body`() async throws {
        try await withAPI { api in
            for length in ["9223372036854775808", "18446744073709551615"] {
                let client = try RawConnection(to: api.port)
                client.send(
                    "POST /notifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                        + "Content-Length: \(length)\r\n\r\n")
                #expect(try await client.untilEnd(within: .seconds(5)).hasPrefix("HTTP/1.1 413 "), "\(length)")
            }
        }
    }

    @Test func `by a content coding is answered with 415`() async throws {
        try await withAPI { api in
            let reply = try await api.post(log, headers: [("Content-Encoding", "gzip")])
            #expect(reply.status == 415)
            #expect(reply.headers.first(name: "accept-encoding") == "identity")
            #expect(try await api.post(log, headers: [("Content-Encoding", "identity")]).status == 202)
            #expect(try await api.total == 1)
        }
    }
}
