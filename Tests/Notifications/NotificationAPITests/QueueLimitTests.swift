import HostTesting
import MetricsTestKit
import NIOHTTP1
import NotificationStore
import NotificationTesting
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A queue that is full` {
    private func refused(_ budget: String, _ api: RunningAPI) throws -> Int64 {
        try api.metrics.expectCounter("notifications_refused_total", [("budget", budget)]).totalValue
    }

    @Test func `of one user is answered by 429 with the user, the numbers and what to do, and concerns no other`() async throws
    {
        try await withAPI(userWaiting: 3) { api in
            #expect(try await api.post("[\(log),\(log)]").status == 202)
            let reply = try await api.post("[\(log),\(log)]", key: "k")
            #expect(reply.status == 429)
            #expect(reply.headers.first(name: "retry-after") == "10")
            let problem = try reply.problem
            #expect(problem.type == "urn:apus:problem:user-queue-full")
            #expect(problem.detail.contains("2 notifications of the user wait, of 3 at most"))
            #expect(problem.detail.contains(#"the user is "user-1""#))
            #expect(problem.detail.contains("send the same request again"))
            #expect(try refused("user", api) == 2)
            #expect(try await api.total == 2)
            #expect(try await api.post(log.replacing("user-1", with: "user-2")).status == 202)

            let claim = try await api.store.claim(limit: 9, owner: "host-1-a", lease: .seconds(30))
            let outcomes = claim.notifications.map {
                AttemptOutcome(lease: $0.lease, result: .delivered, startedAt: .realtime(), duration: .zero)
            }
            #expect(try await api.store.record(outcomes).isEmpty)
            #expect(try await api.post("[\(log),\(log)]", key: "k").status == 202, "the same request finds its place")
        }
    }

    @Test func `of all is answered by 503`() async throws {
        try await withAPI(waiting: 2) { api in
            #expect(try await api.post("[\(log),\(log)]", key: "k").status == 202)
            let reply = try await api.post(log.replacing("user-1", with: "user-2"))
            #expect(reply.status == 503)
            #expect(reply.headers.first(name: "retry-after") == "10")
            #expect(try reply.problem.type == "urn:apus:problem:queue-full")
            #expect(try reply.problem.detail.contains("2 notifications wait, of 2 at most"))
            #expect(try refused("queue", api) == 1)
            #expect(try await api.post("[\(log),\(log)]", key: "k").isReplay)
            #expect(try await api.get("/health/ready").status == 200)
        }
    }
}
