import DeliveryWorker
import HostTesting
import NotificationStore
import NotificationTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct `What a worker says of itself` {
    @Test func `is one line with the rate since the last one`() {
        let status = WorkerStatus()
        let start = ContinuousClock.now
        #expect(status.line(delivered: 7, leased: 0, queue: nil, at: start) == "delivering 0/s, 0 leased")
        #expect(
            status.line(delivered: 67, leased: 3, queue: 40, at: start + .seconds(5)) == "delivering 12/s, 3 leased, queue 40")
        // Too soon for a rate of its own.
        #expect(
            status.line(delivered: 167, leased: 3, queue: 4, at: start + .seconds(5.5)) == "delivering 12/s, 3 leased, queue 4")
        #expect(
            status.line(delivered: 70, leased: 0, queue: 0, isFailing: true, at: start + .seconds(7))
                == "delivering 1.5/s, 0 leased, queue 0, the database fails")
        #expect(status.line(delivered: 70, leased: 0, queue: 0, at: start + .seconds(9)) == "delivering 0/s, 0 leased, queue 0")
    }

    @Test func `is that it is ready once the store has taken a claim`() async throws {
        let folder = try StoreFolder()
        let store = FaultyStore(try folder.open(), refusing: [.claim])
        let pulse = WorkerPulse()
        let ready = Atomic<Int>(0)
        let worker = DeliveryWorker(
            store: store, configuration: .quick, factory: RecordedMetrics(), logger: quietLogger, pulse: pulse,
            onReady: { ready.add(1, ordering: .relaxed) })
        try await withServices([worker]) { _ in
            try await eventually("three claims were refused") { store.refusals(.claim) >= 3 }
            #expect(ready.load(ordering: .relaxed) == 0)
            #expect(pulse.isFailing)
            store.refuse([])
            try await eventually("it is ready") { ready.load(ordering: .relaxed) == 1 }
            #expect(!pulse.isFailing)
            let turns = pulse.turns
            try await eventually("it turns on") { pulse.turns > turns + 5 }
            #expect(ready.load(ordering: .relaxed) == 1)
        }
        await store.close()
    }

    @Test func `is that its loop stands when the store never answers, and turns on when it does`() async throws {
        let folder = try StoreFolder()
        let store = try folder.open()
        let faulty = FaultyStore(store, holding: [.claim])
        let pulse = WorkerPulse()
        let worker = DeliveryWorker(
            store: faulty, configuration: .quick, factory: RecordedMetrics(), logger: quietLogger, pulse: pulse)
        try await withServices([worker]) { _ in
            try await eventually("the store is asked") { faulty.waiting(.claim) == 1 }
            // Twenty intervals of the loop.
            try await Task.sleep(for: .milliseconds(400))
            #expect(pulse.turns == 0)
            faulty.hold([])
            try await eventually("it turns") { pulse.turns > 3 }
        }
        await store.close()
    }
}

extension WorkerConfiguration {
    fileprivate static var quick: Self {
        var configuration = Self()
        configuration.pollInterval = .milliseconds(20)
        return configuration
    }
}
