import AsyncHTTPClient
import HostTesting
import MetricsTestKit
import NIOCore
import NIOHTTP1
import NotificationStore
import NotificationTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct `The metrics of an API` {
    private func enqueued(_ channel: String, _ api: RunningAPI) throws -> Int64 {
        try api.metrics.expectCounter("notifications_enqueued_total", [("channel", channel)]).totalValue
    }

    private func durations(_ method: String, _ route: String, _ status: Int, _ api: RunningAPI) throws -> [Double] {
        try api.metrics.expectRecorder(
            "http_server_request_duration_seconds", [("method", method), ("route", route), ("status", "\(status)")]
        ).values
    }

    @Test func `count each stored notification once, and nothing that was refused or replayed`() async throws {
        try await withAPI { api in
            #expect(try enqueued("webhook", api) == 0)
            _ = try await api.post(webhook, key: "a")
            _ = try await api.post(webhook, key: "a")
            _ = try await api.post(log, key: "a")
            _ = try await api.post("[\(log),\(webhook),\(log)]")
            _ = try await api.post("[\(log),{}]")
            #expect(try enqueued("webhook", api) == 2)
            #expect(try enqueued("log", api) == 2)
            #expect(try await api.total == 4)
        }
    }

    @Test func `time requests by method, route and status`() async throws {
        try await withAPI { api in
            #expect(try durations("POST", "/notifications", 202, api).isEmpty)
            let id = try await api.post(log).id
            for _ in 0..<3 { _ = try await api.get("/notifications/\(id)") }
            _ = try await api.post("{}")
            try await eventually("all are recorded") { try durations("POST", "/notifications", 400, api).count == 1 }
            #expect(try durations("POST", "/notifications", 202, api).count == 1)
            let shown = try durations("GET", "/notifications/:id", 200, api)
            #expect(shown.count == 3)
            #expect(shown.allSatisfy { $0 > 0 && $0 < 10 })
        }
    }

    @Test func `have few series, whatever paths and methods clients think of`() async throws {
        try await withAPI { api in
            let before = api.metrics.recorders(label: "http_server_request_duration_seconds").count
            let methods: [HTTPMethod] = [.PROPFIND, .MKCOL, .RAW(value: "REPORT"), .LOCK, .PURGE]
            for index in 0..<100 { _ = try await api.get("/nowhere/\(index)", method: methods[index % methods.count]) }
            for index in 0..<100 { _ = try await api.get("/notifications/\(index)") }
            try await eventually("all are recorded") { (try? durations("_OTHER", "unmatched", 404, api).count) == 100 }
            try await eventually("all are recorded") { (try? durations("GET", "/notifications/:id", 400, api).count) == 100 }
            #expect(api.metrics.recorders(label: "http_server_request_duration_seconds").count == before + 1)
        }
    }

    @Test func `come back to no active request, even when clients go away`() async throws {
        try await withAPI { api in
            let (body, continuation) = AsyncStream<ByteBuffer>.makeStream()
            continuation.yield(ByteBuffer(string: "{"))
            let abandoned = Task { try await api.post(.stream(body, length: .known(100))) }
            let active = try api.metrics.expectMeter("http_server_active_requests")
            try await eventually("the request runs") { active.lastValue == 1 }
            abandoned.cancel()
            _ = await abandoned.result
            try await eventually("the request is gone") { active.lastValue == 0 }
            // How long it hesitated is no latency of this instance.
            #expect(try api.metrics.expectCounter("http_server_requests_abandoned_total").totalValue == 1)
            let timed = api.metrics.recorders(label: "http_server_request_duration_seconds")
            #expect(!timed.contains { $0.dimensions.contains { $0.1 == "499" } })
            _ = try await api.get("/stats")
            try await eventually("no request") { active.lastValue == 0 }
        }
    }

    struct Statistics: Decodable {
        struct Notifications: Decodable { let pending, processing, delivered, dead, attempts: Int }
        struct Queue: Decodable {
            let pending, scheduled, locked: Int
            let oldestAgeSeconds: Double
        }
        struct Requests: Decodable {
            struct Route: Decodable {
                let method, route: String
                let status, count: Int
            }
            let total, active: Int
            let routes: [Route]
        }

        let instance: String
        let uptimeSeconds: Double
        let notifications: Notifications
        let queue: Queue
        let requests: Requests
    }

    @Test func `are summed up under stats`() async throws {
        try await withAPI { api in
            for _ in 0..<3 { _ = try await api.post(log) }
            _ = try await api.get("/nowhere")
            let answer = try await api.get("/stats").decoded(Statistics.self)
            #expect(answer.instance == "api-1")
            #expect(answer.uptimeSeconds > 0)
            #expect(answer.notifications.pending == 3)
            #expect(answer.queue.pending == 3)
            #expect(answer.requests.active == 1)
            #expect(
                answer.requests.routes.map { "\($0.method) \($0.route) \($0.status): \($0.count)" } == [
                    "POST /notifications 202: 3", "GET unmatched 404: 1",
                ])
        }
    }
}
