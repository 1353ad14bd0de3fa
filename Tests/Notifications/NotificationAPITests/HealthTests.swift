import ApusLimits
import AsyncHTTPClient
import CoreMetrics
import HostTesting
import Logging
import MetricsTestKit
import NIOCore
import NIOHTTP1
import NotificationAPI
import NotificationStore
import NotificationTesting
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct `The health of an API` {
    struct Health: Decodable {
        struct Check: Decodable {
            let status: String
            let output: String?
        }

        let status: String
        let output: String?
        let checks: [String: [Check]]?
    }

    @Test func `passes while all is well`() async throws {
        try await withAPI { api in
            for path in ["/health", "/health/live", "/health/ready"] {
                let reply = try await api.get(path)
                #expect(reply.status == 200)
                #expect(reply.type == "application/health+json")
                #expect(try reply.decoded(Health.self).status == "pass")
                let head = try await api.get(path, method: .HEAD)
                #expect(head.status == 200)
                #expect(head.bytes.isEmpty)
            }
            #expect(try await api.get("/health").decoded(Health.self).checks?["store:ready"]?.first?.status == "pass")
        }
    }

    @Test func `is answered by what was a moment ago while the store takes its time, and not for long`() async throws {
        let door = Mutex<FaultyStore?>(nil)
        try await withAPI(
            wrap: { store in
                let wrapped = FaultyStore(store, holding: [])
                door.withLock { $0 = wrapped }
                return wrapped
            }
        ) { api in
            let store = try #require(door.withLock { $0 })
            #expect(try await api.get("/health/ready").status == 200)
            store.hold([.ping])
            // The last answer is worth a second without a question.
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await api.get("/health/ready").status == 200)
            #expect(store.asked(.ping) == 2)
            try await eventually("not ready") { try await api.get("/health/ready").status == 503 }
            store.hold([])
            try await eventually("ready again") { try await api.get("/health/ready").status == 200 }
        }
    }

    @Test func `is not ready within two seconds of the store's failure, and lives on`() async throws {
        try await withAPI { api in
            #expect(try await api.get("/health/ready").status == 200)
            await api.store.close()
            let elapsed = try await ContinuousClock().measure {
                try await eventually("not ready") { try await api.get("/health/ready").status == 503 }
            }
            #expect(elapsed < .seconds(2))
            let health = try await api.get("/health")
            #expect(health.status == 503)
            #expect(try health.decoded(Health.self).checks?["store:ready"]?.first?.output == "the store fails")
            #expect(!health.text.contains("sqlite"))
            #expect(try await api.get("/health/live").status == 200)
            let reply = try await api.post(log)
            #expect(reply.status == 500)
            #expect(!reply.text.contains("sqlite"))
        }
    }

    @Test func `is asked of the store once a second, however many ask`() async throws {
        let door = Mutex<FaultyStore?>(nil)
        try await withAPI(wrap: { store in
            let wrapped = FaultyStore(store)
            door.withLock { $0 = wrapped }
            return wrapped
        }) { api in
            let elapsed = try await ContinuousClock().measure {
                try await withThrowingTaskGroup(of: UInt.self) { group in
                    for _ in 0..<200 { group.addTask { try await api.get("/health/ready").status } }
                    for try await status in group { #expect(status == 200) }
                }
            }
            let asked = try #require(door.withLock { $0 }).asked(.ping)
            #expect(asked >= 1)
            #expect(asked <= Int(elapsed / .seconds(1)) + 1)
        }
    }

    @Test func `fails when the store hangs, without asking it again and again, and passes when it answers`() async throws {
        let door = Mutex<FaultyStore?>(nil)
        try await withAPI(wrap: { store in
            let wrapped = FaultyStore(store, holding: [.ping])
            door.withLock { $0 = wrapped }
            return wrapped
        }) { api in
            let store = try #require(door.withLock { $0 })
            let elapsed = try await ContinuousClock().measure {
                let reply = try await api.get("/health/ready")
                #expect(reply.status == 503)
                #expect(try reply.decoded(Health.self).output == "the store does not answer")
            }
            #expect(elapsed < .seconds(4))
            // The answer is stale after a second; the question is still open.
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await api.get("/health/ready").status == 503)
            #expect(store.asked(.ping) == 1)
            #expect(try await api.get("/health/live").status == 200)
            store.hold([])
            try await eventually("ready") { try await api.get("/health/ready").status == 200 }
        }
    }

    @Test func `of a store that fails is told in a few lines, however many ask`() async throws {
        let lines = LogLines()
        try await withAPI(logger: lines.logger(level: .warning)) { api in
            await api.store.close()
            for _ in 0..<3 {
                for _ in 0..<10 {
                    #expect(try await api.post(log).status == 500)
                    #expect(try await api.get("/health/ready").status == 503)
                }
                // The store's answer is stale after a second.
                try await Task.sleep(for: .milliseconds(1050))
            }
            let failures = lines.all.filter { $0.message == "the store failed a request" }
            #expect(failures.count == APILimits.lines.value)
            #expect(failures.allSatisfy { $0.metadata["omitted"] == "0" && $0.metadata["route"] == "/notifications" })
            #expect(lines.all.count { $0.message == "the store fails the readiness check" } == 1)
        }
    }

    @Test func `is not ready while draining, and everything else is answered`() async throws {
        try await withAPI(drainDelay: .seconds(2)) { api in
            #expect(try await api.get("/health/ready").status == 200)
            await api.group.triggerGracefulShutdown()
            try await eventually("not ready") { try await api.get("/health/ready").status == 503 }
            #expect(try await api.get("/health/ready").decoded(Health.self).output == "this instance is about to stop")
            #expect(try await api.get("/health/live").status == 200)
            #expect(try await api.post(log).status == 202)
        }
    }

    @Test func `at a stop, requests that run are finished, and new connections refused`() async throws {
        try await withAPI { api in
            let (body, continuation) = AsyncStream<ByteBuffer>.makeStream()
            continuation.yield(ByteBuffer(string: String(log.prefix(20))))
            let slow = Task { try await api.post(.stream(body, length: .known(Int64(log.utf8.count)))) }
            try await eventually("the request runs") {
                try api.metrics.expectMeter("http_server_active_requests").lastValue == 1
            }
            await api.group.triggerGracefulShutdown()
            try await eventually("no new connection") {
                let client = HTTPClient(eventLoopGroupProvider: .singleton)
                let status = try? await client.execute(
                    HTTPClientRequest(url: api.base + "/health/live"), timeout: .seconds(5)
                ).status
                try await client.shutdown()
                return status == nil
            }
            continuation.yield(ByteBuffer(string: String(log.dropFirst(20))))
            continuation.finish()
            #expect(try await slow.value.status == 202)
        }
    }

    @Test func `a port that is taken ends it with its name`() async throws {
        try await withAPI { api in
            let second = APIServer(
                APIConfiguration(instance: "api-2", port: api.port), store: api.store, factory: NOOPMetricsHandler.instance,
                logger: quietLogger)
            await #expect(throws: APIServerError.portInUse(host: "127.0.0.1", port: api.port)) {
                try await ServiceGroup(services: [second], logger: quietLogger).run()
            }
            let abroad = APIServer(
                APIConfiguration(instance: "api-2", host: "203.0.113.7", port: 0), store: api.store,
                factory: NOOPMetricsHandler.instance, logger: quietLogger)
            await #expect(throws: APIServerError.self) { try await ServiceGroup(services: [abroad], logger: quietLogger).run() }
        }
    }
}
