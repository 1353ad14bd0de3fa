import ApusLimits
import CoreMetrics
import Foundation
import HostTesting
import MetricsTestKit
import NIOCore
import NIOPosix
import NotificationAPI
import NotificationStore
import NotificationTesting
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct `The connections of an API` {
    private let head = "POST /notifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

    private func count(_ status: Int, _ api: RunningAPI) -> Int {
        let labels = [("method", "POST"), ("route", "/notifications"), ("status", "\(status)")]
        return (try? api.metrics.expectRecorder("http_server_request_duration_seconds", labels).values.count) ?? 0
    }

    private func abandoned(_ api: RunningAPI) -> Int64 {
        (try? api.metrics.expectCounter("http_server_requests_abandoned_total").totalValue) ?? 0
    }

    private func cuts(_ cause: String, _ api: RunningAPI) -> Int64 {
        (try? api.metrics.expectCounter("http_server_connections_cut_total", [("cause", cause)]).totalValue) ?? 0
    }

    @Test func `answer Expect before the body is sent, and a body that is too large without it`() async throws {
        try await withAPI { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Expect: 100-continue\r\nContent-Length: \(log.utf8.count)\r\n\r\n")
            #expect(try await client.answer(containing: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
            client.send(log)
            #expect(try await client.answer(containing: "\"id\"").hasPrefix("HTTP/1.1 202 "))
            let large = try RawConnection(to: api.port)
            large.send("\(head)Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n")
            #expect(try await large.untilEnd().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `count an upload that its client breaks off as abandoned, and as no failure`() async throws {
        try await withAPI { api in
            for _ in 0..<20 {
                let client = try RawConnection(to: api.port)
                client.send("\(head)Content-Length: 1000\r\n\r\n{")
            }
            try await eventually("all are counted") { abandoned(api) == 20 }
            #expect(count(500, api) == 0)
            #expect(try await api.total == 0)
        }
    }

    @Test func `never store a body that ends before its time, even when its beginning is whole`() async throws {
        try await withAPI { api in
            var client: RawConnection? = try RawConnection(to: api.port)
            client?.send("\(head)Content-Length: \(log.utf8.count + 5)\r\n\r\n\(log)")
            try await eventually("it is read") { try api.metrics.expectMeter("http_server_active_requests").lastValue == 1 }
            client = nil
            try await eventually("it is counted") { abandoned(api) == 1 }
            #expect(try await api.total == 0)
        }
    }

    @Test func `answer chunks that are none with 400`() async throws {
        try await withAPI { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Transfer-Encoding: chunked\r\n\r\nzz\r\n{\r\n")
            let answer = try await client.untilEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("malformed-body"))
            try await eventually("it is counted") { count(400, api) == 1 }
            #expect(count(500, api) == 0)
        }
    }

    @Test func `end a request that is not whole in its time, whatever comes of it now and then`() async throws {
        try await withAPI(requestTimeout: .milliseconds(500)) { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Content-Length: 1000\r\n\r\n")
            let trickle = Task {
                while !Task.isCancelled {
                    client.send("{")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            _ = try await client.untilEnd(within: .seconds(5))
            trickle.cancel()
            #expect(cuts("request", api) == 1)
        }
    }

    @Test func `close the oldest unfinished one for one more, and answer it`() async throws {
        try await withAPI(maximumConnections: 8) { api in
            let slow = try (0..<12).map { _ in try RawConnection(to: api.port) }
            for client in slow { client.send("\(head)X-Slow: ") }
            for _ in 0..<4 {
                let client = try RawConnection(to: api.port)
                client.send("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(try await client.untilEnd(within: .seconds(5)).hasPrefix("HTTP/1.1 200 "))
            }
            #expect(cuts("share", api) + cuts("full", api) > 0)
        }
    }

    @Test func `answer health while requests under way hold all places, and nothing else`() async throws {
        let store = HeldStore()
        try await withAPI(maximumConnections: 4, wrap: { store.wrap($0) }) { api in
            let busy = try (0..<3).map { _ in try RawConnection(to: api.port) }
            for client in busy { client.send("\(head)Content-Length: \(log.utf8.count)\r\n\r\n\(log)") }
            try await eventually("all are held") { store.faulty?.waiting(.enqueue) == 3 }
            let probe = try RawConnection(to: api.port)
            probe.send("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await probe.untilEnd(within: .seconds(5)).hasPrefix("HTTP/1.1 200 "))
            let other = try RawConnection(to: api.port)
            other.send("GET /stats HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await other.untilEnd(within: .seconds(5)).hasPrefix("HTTP/1.1 503 "))
            store.faulty?.hold([])
            for client in busy { #expect(try await client.answer(containing: "\"id\"").contains("202")) }
        }
    }

    @Test func `end with the next answer while the API takes its leave, and say so`() async throws {
        try await withAPI(drainDelay: .seconds(3)) { api in
            let client = try RawConnection(to: api.port)
            client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await !client.answer(containing: "pass").lowercased().contains("connection: close"))
            await api.group.triggerGracefulShutdown()
            try await eventually("it takes its leave") { try await api.get("/health/ready").status == 503 }
            client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await client.untilEnd(within: .seconds(2))
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.lowercased().contains("connection: close\r\n"))
        }
    }

    @Test func `let no body that stalls hold a stop past its limit`() async throws {
        let elapsed = try await withAPI(requestGrace: .milliseconds(300)) { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Content-Length: 1000\r\n\r\n{")
            try await eventually("it is read") { try api.metrics.expectMeter("http_server_active_requests").lastValue == 1 }
            let start = ContinuousClock.now
            await api.group.triggerGracefulShutdown()
            _ = try await client.untilEnd(within: .seconds(5))
            return start.duration(to: .now)
        }
        #expect(elapsed < .seconds(3))
    }

    @Test func `are closed when a stop is cancelled`() async throws {
        try await withAPI(requestGrace: .seconds(60)) { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Content-Length: 1000\r\n\r\n{")
            try await eventually("it is read") { try api.metrics.expectMeter("http_server_active_requests").lastValue == 1 }
            await api.group.triggerGracefulShutdown()
            try await eventually("nobody listens") { !LoopbackPort.answers(api.port) }
            api.running.cancel()
            _ = try await client.untilEnd(within: .seconds(5))
        }
    }

    @Test func `whose requests were sent before a stop are answered`() async throws {
        try await withAPI { api in
            // As when the loops are at work: nothing is read of a connection that is accepted.
            let isFree = Atomic(false)
            for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
                loop.execute { while !isFree.load(ordering: .relaxed) { usleep(1000) } }
            }
            let clients = Result {
                try (0..<100).map { _ in
                    let client = try RawConnection(to: api.port)
                    client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                    return client
                }
            }
            await api.group.triggerGracefulShutdown()
            var tries = 0
            while LoopbackPort.answers(api.port), tries < 500 {
                try? await Task.sleep(for: .milliseconds(10))
                tries += 1
            }
            isFree.store(true, ordering: .relaxed)
            for client in try clients.get() { #expect(try await client.untilEnd().hasPrefix("HTTP/1.1 200 ")) }
        }
    }

    @Test func `that are taken last and ask nothing hold no stop`() async throws {
        let elapsed = try await withAPI { api in
            let client = try RawConnection(to: api.port)
            client.send("GET /health")
            try await eventually("it has a place") { try await api.get("/health/live").status == 200 }
            let start = ContinuousClock.now
            await api.group.triggerGracefulShutdown()
            _ = try await client.untilEnd(within: .seconds(5))
            return start.duration(to: .now)
        }
        #expect(elapsed < .seconds(4))
    }

    @Test(arguments: ["1.0\r\n", "1.1\r\nConnection: Close\r\n", "1.1\r\nConnection: TE, close\r\n"])
    func `end with the answer when the client wants no other`(version: String) async throws {
        try await withAPI { api in
            let client = try RawConnection(to: api.port)
            client.send("GET /health/live HTTP/\(version)Host: a\r\n\r\n")
            let answer = try await client.untilEnd(within: .seconds(5))
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test func `answer requests that come together in their order, one after the other`() async throws {
        try await withAPI { api in
            let client = try RawConnection(to: api.port)
            let one = "HEAD /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(String(repeating: one, count: 200) + "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let text = try await client.untilEnd()
            #expect(text.components(separatedBy: "HTTP/1.1 200 ").count == 201)
            #expect(text.components(separatedBy: "HTTP/1.1 404 ").count == 2)
        }
    }

    @Test func `that send requests without end behind one that is worked on are closed`() async throws {
        let store = HeldStore()
        try await withAPI(wrap: { store.wrap($0) }) { api in
            let client = try RawConnection(to: api.port)
            client.send("\(head)Content-Length: \(log.utf8.count)\r\n\r\n\(log)")
            try await eventually("it is worked on") { store.faulty?.waiting(.enqueue) == 1 }
            let one = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(String(repeating: one, count: 5 * APILimits.pipelined.value.bytes / (4 * one.utf8.count)))
            client.endSending()
            try await eventually("it is closed") { cuts("pipelined", api) == 1 }
            store.faulty?.hold([])
            #expect(try await api.get("/health/live").status == 200)
        }
    }

    @Test(arguments: [
        String(repeating: "A: b\r\n", count: 101), "A: \(String(repeating: "b", count: 8193))\r\n",
        String(repeating: "A: \(String(repeating: "b", count: 4000))\r\n", count: 5),
    ])
    func `take no head that is larger than any client needs`(fields: String) async throws {
        try await withAPI { api in
            let client = try RawConnection(to: api.port)
            client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            #expect(try await client.untilEnd().hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test func `that end before a request leave no descriptor behind`() async throws {
        try await withAPI { api in
            for _ in 0..<500 { _ = try RawConnection(to: api.port) }
            #expect(try await api.get("/health/live").status == 200)
            // Those that their client has left and the API has not: in the state 08.
            let left = String(format: "0100007F:%04X", api.port)
            try await eventually("all are closed") {
                try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8).split(separator: "\n").filter {
                    let fields = $0.split(separator: " ")
                    return fields.count > 3 && fields[1] == left && fields[3] == "08"
                }.isEmpty
            }
        }
    }
}
