import Dispatch
import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

@Suite struct `Connections of SQLite` {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("notifications.sqlite")
    }

    @Test func `a connection for reading is opened at the first read, and stays`() async throws {
        let store = try SQLiteNotificationStore(path: path, connections: 4)
        try await store.add(.samples(1))
        #expect(store.connections == ConnectionCounts(idle: 1, used: 0, limit: 4))
        _ = try await store.queueDepth()
        #expect(store.connections == ConnectionCounts(idle: 2, used: 0, limit: 4))
        // A read may come before the connection of the last one is back in the pool, and open another one.
        for _ in 0..<20 { _ = try await store.queueDepth() }
        #expect((2...4).contains(store.connections.idle))
        #expect(store.connections.used == 0)
    }

    @Test(arguments: [1, 2, 3]) func `no more than the limit are opened, and all reads are answered`(limit: Int) async throws {
        let store = try SQLiteNotificationStore(path: path, connections: limit)
        try await store.add(.samples(1000))
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask { () async throws -> Int in
                    #expect(try await store.queueDepth().pending == 1000)
                    // One look: between two, a connection may pass from idle to used and count twice.
                    let connections = store.connections
                    return connections.idle + connections.used
                }
            }
            return try await group.max()
        }
        #expect(try present(most) <= limit)
        #expect(store.connections.used == 0)
    }

    @Test func `a connection that waits for another process is used`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        let other = try DatabaseQueue(path: path)
        let gate = AsyncStream<Void>.makeStream()
        let held = AsyncStream<Void>.makeStream()
        async let holding: Void = hold(other, until: gate.stream) { held.continuation.finish() }
        for await _ in held.stream {}

        async let stored: Void = store.add(.samples(1))
        let deadline = ContinuousClock.now + .seconds(4)
        while store.connections.used == 0, ContinuousClock.now < deadline { await Task.yield() }
        #expect(store.connections.used == 1)
        // A second writer waits in this process for the connection of the first.
        let waits = Mutex<[Duration]>([])
        store.observeWaits { wait in waits.withLock { $0.append(wait) } }
        async let second: Void = store.add(.samples(1))
        // Readers go on beside a writer.
        #expect(try await store.queueDepth().pending == 0)

        gate.continuation.finish()
        try await holding
        try await stored
        try await second
        #expect(store.connections.used == 0)
        #expect(try await store.queueDepth().pending == 2)
        // Two reads and the second writer: the first writer had its connection before.
        #expect(waits.withLock(\.count) == 3 && waits.withLock { $0.allSatisfy { $0 > .zero } })
    }

    @Test func `a writer that never ends makes all others busy at once, and nothing is stored`() async throws {
        let timeout = Duration.milliseconds(200)
        let store = try SQLiteNotificationStore(path: path, busyTimeout: timeout)
        let other = try DatabaseQueue(path: path)
        let gate = AsyncStream<Void>.makeStream()
        let held = AsyncStream<Void>.makeStream()
        async let holding: Void = hold(other, until: gate.stream) { held.continuation.finish() }
        for await _ in held.stream {}

        let start = ContinuousClock.now
        let faults = await withTaskGroup(of: String.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    do {
                        try await store.add(.samples(1))
                        return "stored"
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        // One after the other they would take 30 timeouts.
        #expect(start.duration(to: .now) < timeout * 10)
        #expect(
            faults == [
                "the database is busy, try again: it could not store notifications: database is locked (SQLite 5)",
                "the database is busy, try again: it could not store notifications: "
                    + "no connection of this process was free for 0.2 seconds",
            ])

        gate.continuation.finish()
        try await holding
        #expect(try await store.counts().pending == 0)
        try await store.add(.samples(1))
    }

    /// Holds the write lock until the gate is closed.
    private func hold(_ database: DatabaseQueue, until gate: AsyncStream<Void>, onHeld: @escaping @Sendable () -> Void)
        async throws
    {
        try await database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA user_version")
            try db.beginTransaction(.immediate)
            let semaphore = DispatchSemaphore(value: 0)
            Task {
                for await _ in gate {}
                semaphore.signal()
            }
            onHeld()
            semaphore.wait()
            try db.rollback()
        }
    }
}
