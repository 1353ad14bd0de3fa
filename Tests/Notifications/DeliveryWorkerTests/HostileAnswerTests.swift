import ApusMetrics
import DeliveryWorker
import HostTesting
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

/// No answer ends the worker, or more than its own attempt.
@Suite struct `A receiver that answers what is no HTTP` {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: String
        /// What the error holds; nil where the status is there, and decides.
        let error: String?

        init(_ description: String, _ bytes: String, _ error: String?) {
            testDescription = description
            self.bytes = bytes
            self.error = error
        }
    }

    private static let ok = "HTTP/1.1 204 X\r\n\r\n"
    private static let early = "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"

    static let cases = [
        Case("099", "HTTP/1.1 099 X\r\n\r\n", "status 099"), Case("000", "HTTP/1.1 000 X\r\n\r\n", "status 000"),
        Case("042 after 103", early + "HTTP/1.1 042 X\r\n\r\n", "status 042"),
        Case("042 with a body", "HTTP/1.1 042 X\r\ncontent-length: 3\r\n\r\nabc", "status 042"),
        Case("101", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nabc", "101"),
        Case("a flood of 103", String(repeating: early, count: 10_000), "informational answers"),
        Case("a flood of 100 without an end", String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 8), "no answer within"),
        Case("103, and the end", early, "no answer within"),
        Case("999", "HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n", "HTTP 999"),
        Case("a status of four digits", "HTTP/1.1 1000 X\r\n\r\n", "no HTTP/1.1"),
        Case("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "no HTTP/1.1"), Case("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "no HTTP/1.1"),
        Case("a header without an end", "HTTP/1.1 200 X\r\na: " + String(repeating: "x", count: 200_000), "before its body"),
        Case(
            "a thousand headers", "HTTP/1.1 200 X\r\n" + (0..<1000).map { "a\($0): b\r\n" }.joined() + "\r\n", "no HTTP/1.1"),
        Case("a negative length", "HTTP/1.1 200 X\r\ncontent-length: -1\r\n\r\n", "no HTTP/1.1"),
        Case("two lengths", "HTTP/1.1 200 X\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "no HTTP/1.1"),
        Case("a length past every number", "HTTP/1.1 200 X\r\ncontent-length: 99999999999999999999\r\n\r\n", "no HTTP/1.1"),
        Case("two answers", ok + ok, nil),
        Case("200, then 042", "HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\nHTTP/1.1 042 X\r\n\r\n", nil),
        Case("broken chunks", "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", nil),
        Case("204 with a body", "HTTP/1.1 204 X\r\ncontent-length: 5\r\n\r\nabcde", nil),
        Case(
            "an endless body",
            "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n" + String(repeating: "1\r\nx\r\n", count: 100_000),
            nil),
    ]

    @Test(arguments: cases) func `costs one attempt at most, and the worker lives`(_ hostile: Case) async throws {
        try await withStore { store in
            try await RawReceiver.run(answer: { _ in .bytes(hostile.bytes) }) { _, port in
                let id = try await store.enqueueWebhooks(to: "http://127.0.0.1:\(port)/")[0]
                let test = WorkerUnderTest(store) { $0.attemptTimeout = .milliseconds(500) }
                try await test.run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                    // The same worker goes on.
                    try await Receiver.run { _, url in
                        let other = try await store.enqueueWebhooks(to: url)[0]
                        try await eventually("delivered") { try await store.record(of: other).status == .delivered }
                    }
                }
                let record = try await store.record(of: id)
                #expect(record.attempts == 1)
                if let error = hostile.error {
                    #expect(record.status == .pending)
                    #expect(record.lastError?.contains(error) == true, "\(record.lastError ?? "")")
                } else {
                    #expect(record.status == .delivered)
                }
            }
        }
    }

    @Test func `before it is asked anything costs one attempt at most as well`() async throws {
        try await withStore { store in
            try await RawReceiver.run(greeting: Self.ok + Self.ok, answer: { _ in .nothing }) { _, port in
                let ids = try await store.enqueueWebhooks(3, to: "http://127.0.0.1:\(port)/")
                let test = WorkerUnderTest(store) { $0.attemptTimeout = .milliseconds(500) }
                try await test.run { _ in
                    for id in ids {
                        try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                    }
                }
            }
        }
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 2"])
    func `and breaks off is told as a connection that was closed, and counted as no refused answer`(
        beginning: String
    ) async throws {
        try await withStore { store in
            try await RawReceiver.run(answer: { _ in .closing(beginning) }) { _, port in
                let id = try await store.enqueueWebhooks(to: "http://127.0.0.1:\(port)/")[0]
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                let error = try await store.record(of: id).lastError
                #expect(error == "the receiver closed the connection after \(beginning.utf8.count) bytes of its answer's head")
                #expect(test.metrics.value(Notifications.refusedAnswers) == 0)
            }
        }
    }

    @Test func `is counted as a refused answer`() async throws {
        try await withStore { store in
            try await RawReceiver.run(answer: { _ in .bytes("HTTP/1.1 099 X\r\n\r\n") }) { _, port in
                let id = try await store.enqueueWebhooks(to: "http://127.0.0.1:\(port)/")[0]
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                #expect(test.metrics.value(Notifications.refusedAnswers) == 1)
            }
        }
    }
}
