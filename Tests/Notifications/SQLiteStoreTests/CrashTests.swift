import Foundation
import GRDB
import Glibc
import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Synchronization
import Testing

/// Against real processes: what was acknowledged is there, whatever becomes of who did it.
@Suite struct `Processes` {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("notifications.sqlite")
    }

    private func lines(of name: String) throws -> [String] {
        try folder.read(name).split(separator: "\n").map(String.init)
    }

    @Test func `a process that is killed amid its writes loses nothing that was acknowledged`() async throws {
        let log = folder.path("acknowledged")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, log = log as String] in
            let store = try SQLiteNotificationStore(path: path)
            let journal = Journal(log)
            try await withThrowingTaskGroup { group in
                for worker in 0..<4 {
                    group.addTask {
                        while true {
                            let batch = NewNotification.samples(3)
                            try await store.add(batch)
                            for notification in batch { journal.write("stored \(notification.id)") }
                            let claim = try await store.claim(2, by: "host-1-\(worker)")
                            let lost = try await store.record(claim.notifications.map { $0.outcome(.delivered) })
                            for id in claim.ids where !lost.contains(id) { journal.write("delivered \(id)") }
                            // The other three are in the middle of something.
                            if journal.count > 500 { kill(getpid(), SIGKILL) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        let lines = try lines(of: "acknowledged").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count > 500)
        let store = try SQLiteNotificationStore(path: path)
        for line in lines {
            let record = try await store.notification(try present(NotificationID(line[1])))
            #expect(record != nil)
            if line[0] == "delivered" { #expect(record?.status == .delivered) }
        }
        let raw = try DatabaseQueue(path: path)
        #expect(try await raw.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        let counts = try await store.counts()
        #expect(
            try await raw.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM notifications WHERE status = 'delivered'") }
                == counts.delivered)
        #expect(counts.attempts == counts.delivered)
        // What it held comes back at once, by its owner's prefix.
        #expect(try await store.releaseAll(ownerPrefix: "host-1-") == counts.processing)
    }

    @Test func `three processes take each notification once`() async throws {
        let store = try SQLiteNotificationStore(path: path)
        let batch = NewNotification.samples(900)
        try await store.add(batch)
        let log = folder.path("claimed")
        await withTaskGroup { group in
            for _ in 0..<3 { group.addTask { [path] in await drainInChild(path, log: log) } }
        }
        let claimed = try lines(of: "claimed")
        #expect(claimed.count == 900)
        #expect(Set(claimed) == Set(batch.map(\.id.description)))
        #expect(
            try await store.counts() == StoreCounts(pending: 0, processing: 0, delivered: 900, dead: 0, attempts: 900))
    }

    @Test func `a disk that takes no more fails one operation, which stores nothing`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try SQLiteNotificationStore(path: path)
            try await store.add(.samples(10))
            // A file may not grow past 256 KiB from here on: write(2) fails, as on a disk that is full, setrlimit(2).
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(1), &limit)
            let unlimited = limit
            limit.rlim_cur = 256 * 1024
            setrlimit(__rlimit_resource_t(1), &limit)
            let large = (0..<300).map { _ in
                NewNotification(userID: "u", channel: .log, title: "t", body: String(repeating: "x", count: 4000))
            }
            await #expect {
                try await store.add(large)
            } throws: { error in
                "\(error)".hasPrefix(
                    "the database cannot be reached: it could not store notifications: the disk failed (disk I/O error, SQLite "
                )
            }
            limit = unlimited
            setrlimit(__rlimit_resource_t(1), &limit)
            #expect(try await store.counts().pending == 10)
            try await store.add(large)
            #expect(try await store.queueDepth().pending == 310)
        }
    }
}

/// Claims and records in a process of its own, until nothing is left, and notes what it got.
private func drainInChild(_ path: String, log: String) async {
    await #expect(processExitsWith: .success) { [path = path as String, log = log as String] in
        let store = try SQLiteNotificationStore(path: path)
        let journal = Journal(log)
        while true {
            let claim = try await store.claim(20, by: WorkerOwner.make())
            if claim.notifications.isEmpty { break }
            for id in claim.ids { journal.write("\(id)") }
            _ = try await store.record(claim.notifications.map { $0.outcome(.delivered) })
        }
    }
}

/// Lines of several threads and processes in one file, each written by one call, so that they survive their writer and stay whole.
private final class Journal: Sendable {
    private let descriptor: Int32
    private let lines = Mutex(0)

    init(_ path: String) { descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600) }

    deinit { close(descriptor) }

    var count: Int { lines.withLock { $0 } }

    func write(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        lines.withLock { $0 += 1 }
    }
}
