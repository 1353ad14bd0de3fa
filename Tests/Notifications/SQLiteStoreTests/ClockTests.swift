import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A clock that is set` {
    /// The clocks of a machine, as a test sets them.
    private final class Clocks: Sendable {
        private struct State {
            var wall = Instant(milliseconds: 1_700_000_000_000)
            var elapsed = Duration.seconds(5000)
        }

        private let state = Mutex(State())

        func host(boot: String = "boot-1") -> HostClock {
            HostClock(wall: { self.state.withLock { $0.wall } }, elapsed: { self.state.withLock { $0.elapsed } }, boot: boot)
        }

        func pass(_ time: Duration) {
            state.withLock {
                $0.wall = $0.wall + time
                $0.elapsed += time
            }
        }

        func set(by step: Duration) { state.withLock { $0.wall = $0.wall + step } }

        var now: Instant { state.withLock { $0.wall } }
    }

    private static let day = Duration.seconds(86_400)

    let folder: TemporaryFolder
    private let clocks = Clocks()

    init() throws { folder = try TemporaryFolder() }

    private func open(boot: String = "boot-1") throws -> SQLiteNotificationStore {
        try SQLiteNotificationStore(path: folder.path("notifications.sqlite"), clock: clocks.host(boot: boot))
    }

    @Test func `a day back lets what was accepted at once be claimed at once`() async throws {
        let store = try open()
        clocks.set(by: Self.day)
        try await store.add(.samples(3))
        clocks.set(by: .zero - Self.day)
        #expect(try await store.claim(10, by: "host-1-a").notifications.count == 3)
        await store.close()
    }

    @Test func `keeps leases and pauses as long as they were, by the process that sees it first or any other`() async throws {
        for step in [Self.day, .zero - Self.day] {
            let (one, other) = (try open(), try open())
            try await one.add(.samples(2))
            let claim = try await one.claim(2, by: "host-1-a")
            let retried = claim.notifications[0].outcome(.retry(at: clocks.now + .seconds(20), error: "503"))
            _ = try await one.record([retried])
            clocks.set(by: step)
            #expect(try await other.claim(10, by: "host-2-b").notifications.isEmpty)
            clocks.pass(.seconds(21))
            let again = try await other.claim(10, by: "host-2-b")
            #expect(again.notifications.map(\.notification.id) == [claim.notifications[0].notification.id])
            #expect(again.reclaimed == 0)
            _ = try await other.record(again.notifications.map { $0.outcome(.delivered) })
            _ = try await one.record([claim.notifications[1].outcome(.delivered)])
            #expect(try await one.counts().processing == 0)
            await one.close()
            await other.close()
        }
    }

    @Test func `a day ahead keeps what many users have waiting from hiding what is due`() async throws {
        let store = try open()
        try await store.add(
            (0..<500).map { NewNotification(userID: "user-\($0)", channel: .log, title: "t", body: "b") })
        let claim = try await store.claim(500, by: "host-1-a")
        let later = clocks.now + .seconds(20)
        _ = try await store.record(claim.notifications.map { $0.outcome(.retry(at: later, error: "503")) })
        try await store.add([.sample("due", deliverAt: clocks.now + .seconds(60))])
        clocks.set(by: Self.day)
        #expect(try await store.claim(5, by: "host-1-a").titles == ["due"])
        clocks.pass(.seconds(20))
        #expect(try await store.claim(500, by: "host-1-a").notifications.count == 500)
        await store.close()
    }

    @Test func `leaves what a person asked for where it was`() async throws {
        let store = try open()
        let moment = clocks.now + .seconds(3600)
        let later = NewNotification(userID: "u", channel: .log, title: "t", body: "b", deliverAt: moment)
        try await store.add([later])
        clocks.set(by: .seconds(1800))
        #expect(try await store.claim(10, by: "host-1-a").notifications.isEmpty)
        clocks.pass(.seconds(1800))
        #expect(try await store.claim(10, by: "host-1-a").notifications.count == 1)
        await store.close()
    }

    @Test func `between two boots leaves no lease and no pause longer than it was`() async throws {
        let before = try open()
        clocks.set(by: Self.day)
        try await before.add(.samples(2))
        let claim = try await before.claim(1, by: "host-1-a")
        #expect(claim.notifications.count == 1)
        await before.close()
        clocks.set(by: .zero - Self.day)
        let after = try open(boot: "boot-2")
        #expect(try await after.claim(10, by: "host-1-b").notifications.count == 2)
        await after.close()
    }

    @Test func `slowly, by less than a second, moves nothing`() async throws {
        let store = try open()
        try await store.add(.samples(1))
        let before = try await store.claim(1, by: "host-1-a").notifications[0].lease.expiry
        clocks.set(by: .milliseconds(900))
        try await store.add(.samples(1))
        let id = try await store.claim(0, by: "host-1-a")
        #expect(id.reclaimed == 0)
        #expect(before > clocks.now)
        await store.close()
    }

    @Test func `that is set by a time beyond all moments refuses no write`() async throws {
        let store = try open()
        try await store.add(.samples(2))
        _ = try await store.claim(1, by: "host-1-a")
        let raw = try DatabaseQueue(path: folder.path("notifications.sqlite"))
        for offset in [Int64.min, .max, .min / 2 - 1, .max / 2 + 1] {
            try await raw.write { try $0.execute(sql: "UPDATE host_clock SET offset_ms = ?", arguments: [offset]) }
            try await store.add(.samples(1))
        }
        #expect(try await store.counts().pending == 5)
        await store.close()
    }

    @Test(arguments: [
        ("monotonic           0         0\nboottime        -3600         0\n", Duration.seconds(-3600)),
        ("monotonic 5 6\nboottime 7 500000000\n", .milliseconds(7500)), ("boottime -1 750000000", .milliseconds(-250)),
    ])
    func `is told from another time namespace by what the kernel says of that`(text: String, offset: Duration) {
        #expect(TimeNamespace.bootOffset(in: text) == offset)
    }

    @Test(arguments: ["", "boottime", "boottime x 0", "monotonic 1 2"])
    func `is not looked for where that cannot be read`(text: String) { #expect(TimeNamespace.bootOffset(in: text) == nil) }
}
