import Foundation
import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

@Suite struct `Opening an SQLite database` {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("notifications.sqlite")
    }

    /// What opening says.
    private func fault(_ path: String, busyTimeout: Duration = .seconds(5)) -> String? {
        do throws(StoreError) {
            _ = try SQLiteNotificationStore(path: path, busyTimeout: busyTimeout)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a missing folder is named`() {
        let path = folder.path("nowhere/notifications.sqlite")
        #expect(
            fault(path) == "the database \(path) cannot be opened: there is no folder \(folder.path)/nowhere; "
                + "make it, or name another with --data")
    }

    @Test func `a file in the place of the folder is no folder`() throws {
        try Data().write(to: URL(fileURLWithPath: folder.path("file")))
        let path = folder.path("file/notifications.sqlite")
        #expect(
            fault(path) == "the database \(path) cannot be opened: there is no folder \(folder.path)/file; "
                + "make it, or name another with --data")
    }

    @Test func `a folder is no database`() {
        #expect(fault(folder.path) == "the database \(folder.path) cannot be opened: it is a folder; name a file in it")
    }

    @Test func `a file of another kind is no database, and stays as it was`() throws {
        let text = Data(String(repeating: "no database at all\n", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        #expect(fault(path) == "the database \(path) cannot be opened: it is not an SQLite database")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
    }

    @Test func `a damaged database is told`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        try await store.add(.samples(500))
        await store.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 40 * 4096))
        try file.close()
        #expect(
            fault(path) == "the database \(path) cannot be opened: "
                + "the file is damaged; restore it from a backup (database disk image is malformed)")
    }

    @Test func `a database of a later version is refused, and stays as it was`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        try await store.add(.samples(1))
        await store.close()
        let raw = try DatabaseQueue(path: path)
        try await raw.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('777 from the future')")
        }
        let schema = "SELECT group_concat(sql) FROM sqlite_master"
        let before = try await raw.read { try String.fetchOne($0, sql: schema) }
        #expect(
            fault(path) == "the database \(path) holds the migration 777 from the future, which this version does not know; "
                + "run a later version")
        #expect(try await raw.read { try String.fetchOne($0, sql: schema) } == before)
    }

    @Test func `what was stored is there when it is opened again`() async throws {
        let notification = NewNotification.sample()
        let first = try SQLiteNotificationStore(path: path)
        try await first.add([notification])
        await first.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
        let second = try SQLiteNotificationStore(path: path)
        #expect(try await second.notification(notification.id)?.notification == notification)
    }

    @Test func `sixteen threads at once make one new database`() async throws {
        let path = path
        let faults = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let results = Faults()
                DispatchQueue.concurrentPerform(iterations: 16) { _ in
                    do {
                        _ = try SQLiteNotificationStore(path: path)
                    } catch {
                        results.add("\(error)")
                    }
                }
                continuation.resume(returning: results.all)
            }
        }
        #expect(faults == [])
        #expect(try await SQLiteNotificationStore(path: path).queueDepth().pending == 0)
    }

    @Test func `processes at once make one new database`() async throws {
        await withTaskGroup { group in
            for _ in 0..<4 { group.addTask { [path] in await openInChild(path) } }
        }
        #expect(try await SQLiteNotificationStore(path: path).counts().pending == 4)
    }

    @Test func `a process that never ends opening is waited for in bounds`() throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX) == 0)
        #expect(
            fault(path, busyTimeout: .milliseconds(50))
                == "the database is busy, try again: another process has been opening \(path) for more than 0.05 seconds")
        try #require(flock(descriptor, LOCK_UN) == 0)
        #expect(fault(path) == nil)
    }
}

/// Opens the database in a process of its own and stores one notification.
private func openInChild(_ path: String) async {
    await #expect(processExitsWith: .success) { [path = path as String] in
        let store = try SQLiteNotificationStore(path: path)
        try await store.add(.samples(1))
    }
}

private final class Faults: Sendable {
    private let faults = Mutex<[String]>([])

    func add(_ fault: String) { faults.withLock { $0.append(fault) } }
    var all: [String] { faults.withLock { $0 } }
}
