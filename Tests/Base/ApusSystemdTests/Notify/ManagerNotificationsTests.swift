import ApusSystemd
import HostTesting
import Logging
import Synchronization
import Testing

@Suite struct ManagerNotificationsTests {
    private final class Loop: Sendable {
        let turns = Atomic<UInt64>(0)
        let status = Mutex("watching 1 instance")
    }

    @Test func `the manager hears of start, changed status, turns of the loop and stop, and of nothing else`() async throws {
        let manager = try DatagramReceiver()
        let loop = Loop()
        let notifications = ManagerNotifications(
            notifier: try #require(ServiceNotifier(socket: manager.path)), watchdog: Watchdog(timeout: .milliseconds(200)),
            logger: Logger(label: "test"), turns: { loop.turns.load(ordering: .relaxed) },
            status: { loop.status.withLock { $0 } })
        notifications.ready()
        #expect(manager.receive()?.text == "READY=1\nSTATUS=watching 1 instance")
        let run = Task { try await notifications.run() }
        // Six looks at a loop that does not turn.
        #expect(manager.receive(within: 300) == nil)
        for turn in 1...3 as ClosedRange<UInt64> {
            loop.turns.store(turn, ordering: .relaxed)
            #expect(manager.receive()?.text == "WATCHDOG=1")
        }
        #expect(manager.receive(within: 300) == nil)
        loop.status.withLock { $0 = "watching 2 instances" }
        #expect(manager.receive()?.text == "STATUS=watching 2 instances")
        run.cancel()
        try await run.value
        #expect(manager.receive()?.text == "STOPPING=1")
        #expect(manager.receive(within: 0) == nil)
    }
}
