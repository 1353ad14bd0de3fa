import Glibc
import HostTesting
import NIOCore
import NIOPosix
import NotificationAPI
import NotificationStore
import NotificationTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct `The probe of an API` {
    /// Runs an API with a probe of a loop of its own.
    private func probing(
        _ test: @Sendable (HealthProbe, FaultyStore, any EventLoop, RunningAPI, Signal) async throws -> Void
    ) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = loops.next()
        let parts = Mutex<(HealthProbe, FaultyStore)?>(nil)
        let ready = Signal()
        try await withAPI(
            wrap: { store in
                // Nobody answers yet.
                let wrapped = FaultyStore(store, holding: [.ping])
                parts.withLock {
                    $0 = (
                        HealthProbe(store: wrapped, eventLoops: loops, interval: .milliseconds(20), logger: quietLogger),
                        wrapped
                    )
                }
                return wrapped
            }, probe: { parts.withLock { $0?.0 } }, onReady: { ready.count.add(1, ordering: .relaxed) }
        ) { api in
            guard let (probe, store) = parts.withLock({ $0 }) else { throw Unexpected(description: "no store") }
            try await test(probe, store, loop, api, ready)
            store.hold([])
        }
        try await loops.shutdownGracefully()
    }

    final class Signal: Sendable {
        let count = Atomic<Int>(0)
        var isOn: Bool { count.load(ordering: .relaxed) == 1 }
    }

    @Test func `is ready once the store answers, and turns as long as it does`() async throws {
        try await probing { probe, store, _, api, ready in
            try await eventually("the store is asked") { store.asked(.ping) > 0 }
            #expect(probe.turns == 0)
            #expect(!ready.isOn)
            #expect(probe.status == "serving on :\(api.port)")
            store.hold([])
            try await eventually("ready") { ready.isOn }
            let turns = probe.turns
            try await eventually("it turns on") { probe.turns > turns + 5 }
            store.hold([.ping])
            try await eventually("the store is asked in vain") { store.waiting(.ping) > 0 }
            let last = probe.turns
            try await Task.sleep(for: .milliseconds(400))
            #expect(probe.turns == last)
            #expect(ready.isOn)
        }
    }

    @Test func `does not turn while an event loop is blocked`() async throws {
        try await probing { probe, store, loop, _, _ in
            store.hold([])
            try await eventually("it turns") { probe.turns > 0 }
            let hold = Hold()
            loop.execute { hold.block() }
            try await eventually("the loop is blocked") { hold.isBlocking }
            // The turn that was under way.
            try await Task.sleep(for: .milliseconds(100))
            let last = probe.turns
            try await Task.sleep(for: .milliseconds(400))
            #expect(probe.turns == last)
            hold.release()
            try await eventually("it turns again") { probe.turns > last }
        }
    }

    @Test func `turns on when the store fails, and says so`() async throws {
        try await probing { probe, store, _, api, ready in
            store.hold([])
            try await eventually("ready") { ready.isOn }
            await api.store.close()
            try await eventually("it says so") { probe.status.contains(", the database fails: ") }
            let turns = probe.turns
            try await eventually("it turns on") { probe.turns > turns + 5 }
        }
    }
}

/// Blocks a thread until it is released.
private final class Hold: Sendable {
    private let state = Mutex((isBlocking: false, isReleased: false))

    var isBlocking: Bool { state.withLock { $0.isBlocking } }

    func release() { state.withLock { $0.isReleased = true } }

    func block() {
        state.withLock { $0.isBlocking = true }
        while !state.withLock({ $0.isReleased }) { usleep(1000) }
    }
}
