import Foundation
import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A database in trouble` {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("notifications.sqlite")
    }

    /// A connection of another program, whose transactions last for several accesses.
    private func openWithTransactions() throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private func fault(_ store: SQLiteNotificationStore) async -> String {
        do throws(StoreError) {
            try await store.ping()
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `that was deleted takes nothing more, and says that its file is gone`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        try await store.add(.samples(3))
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: StoreError.self) { try await store.add(.samples(1)) }
        #expect(await fault(store).contains("\(path) is gone; put it back"))
        await store.close()
    }

    @Test func `whose folder was away for a while is used again once it is back`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        try await store.add(.samples(3))
        let away = folder.path("away")
        rename(path, away)
        #expect(await fault(store).contains("is gone"))
        rename(away, path)
        #expect(await fault(store) == "")
        #expect(try await store.counts().pending == 3)
        await store.close()
    }

    @Test func `that was replaced is told, and what is in its place is opened`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        try await store.add(.samples(3))
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        let other = try SQLiteNotificationStore(path: path)
        try await other.add(.samples(5))
        #expect(await fault(store).contains("another file is in the place of"))
        try await eventually("it is opened") { await fault(store) == "" }
        #expect(try await store.counts().pending == 5)
        try await store.add(.samples(1))
        #expect(try await other.counts().pending == 6)
        await store.close()
        #expect(try await other.counts().pending == 6)
        await other.close()
    }

    @Test func `that another process has locked answers no question whether it takes writes`() async throws {
        let store = try SQLiteNotificationStore(path: path, busyTimeout: .milliseconds(100))
        #expect(await fault(store) == "")
        let other = try openWithTransactions()
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        #expect(await fault(store).contains("busy"))
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        #expect(await fault(store) == "")
        await store.close()
    }

    @Test func `whose log grew while a reader stayed open has it cut once the reader is gone`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        let reader = try openWithTransactions()
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN")
            _ = try Row.fetchOne(db, sql: "SELECT count(*) FROM notifications")
        }
        for _ in 0..<20 { try await store.add(.samples(200)) }
        let limit = 256 << 10
        #expect(try await store.tidy(largestLog: limit).writeAheadLog > limit)
        try await reader.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        let usage = try await store.tidy(largestLog: limit)
        #expect(usage.writeAheadLog <= limit)
        #expect(usage.data > 0)
        await store.close()
    }
}
