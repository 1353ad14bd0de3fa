import AgentMetrics
import ApusMetrics
import HostTesting
import Logging
import NotificationMetrics
import NotificationStore
import NotificationTesting
import StoreMetrics
import Testing

@Suite struct StoreGaugesTests {
    private func depths(_ metrics: RecordedMetrics) -> [Double?] {
        QueueState.allCases.map { metrics.value(Queue.depth, QueueStateLabels(state: $0)) }
    }

    private func contractDepths(_ metrics: RecordedMetrics) -> [Double?] {
        QueueState.allCases.map { metrics.value(Contract.queueDepth, QueueStateLabels(state: $0)) }
    }

    @Test func `the queue and the connections are served as the store counts them`() async throws {
        try await withStore { store in
            let metrics = RecordedMetrics()
            let gauges = StoreGauges(store: store, interval: .milliseconds(20), factory: metrics, logger: quietLogger)
            #expect(depths(metrics) == [0, 0, 0] && contractDepths(metrics) == [0, 0, 0])
            _ = try await store.enqueueWebhooks(5, to: "http://127.0.0.1:1")
            let later = Instant.realtime() + .seconds(3600)
            let scheduled = NewNotification(userID: "u", channel: .log, title: "t", body: "b", deliverAt: later)
            _ = try await store.enqueue([scheduled], idempotency: nil)
            _ = try await store.claim(limit: 2, owner: "other", lease: .seconds(300))
            try await withServices([gauges]) { _ in
                try await eventually("three are due, one is scheduled, two are leased") { depths(metrics) == [3, 1, 2] }
                try await eventually("the oldest ages") { (metrics.value(Queue.oldestAge) ?? 0) > 0 }
            }
            #expect(contractDepths(metrics) == [3, 1, 2])
            let pool = StoreGauges.pool
            let limit = try #require(metrics.value(ConnectionPool.maxConnections, PoolLabels(pool: pool)))
            #expect(limit == Double(store.connections.limit))
            let open = try #require(metrics.value(Contract.databaseConnections))
            let states = ConnectionState.allCases.compactMap {
                metrics.value(ConnectionPool.connections, ConnectionStateLabels(pool: pool, state: $0))
            }
            #expect(states.count == 2 && states.reduce(0, +) == open)
            #expect((1...limit).contains(open))
            // Counting the queue itself waits for a connection.
            #expect(try #require(metrics.value(ConnectionPool.waitTime, PoolLabels(pool: pool))) > 0)
        }
    }

    @Test func `a store that fails for a while is told once, and served again afterwards`() async throws {
        try await withStore { store in
            let metrics = RecordedMetrics()
            let lines = LogLines()
            let faulty = FaultyStore(store, refusing: [.depth])
            let gauges = StoreGauges(
                store: faulty, interval: .milliseconds(10), factory: metrics, logger: lines.logger(level: .info))
            _ = try await store.enqueueWebhooks(5, to: "http://127.0.0.1:1")
            try await withServices([gauges]) { _ in
                try await eventually("it goes on") { faulty.refusals(.depth) >= 3 }
                #expect(depths(metrics) == [0, 0, 0])
                faulty.refuse([])
                try await eventually("it is served") { depths(metrics) == [5, 0, 0] }
            }
            #expect(lines.all.map(\.level) == [.warning, .info])
        }
    }
}
