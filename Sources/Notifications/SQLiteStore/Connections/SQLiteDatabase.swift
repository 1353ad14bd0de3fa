import Dispatch
import GRDB
import Glibc
import NotificationStore

/// A pool of connections to one database file.
///
/// Work runs on the connections' own queues: no thread of Swift's pool waits for it.
final class SQLiteDatabase: Sendable {
    let ledger: ConnectionLedger
    private let pool: DatabasePool
    private let patience: Duration
    /// One connection is all: the writer's reads, too.
    private let readsOnWriter: Bool

    init(path: String, connections: Int, busyTimeout: Duration) throws(StoreError) {
        let ledger = ConnectionLedger(limit: max(connections, 1))
        let folder = try Self.folder(of: path)
        pool = try OpeningLock.hold(folder: folder, database: path, patience: busyTimeout) { () throws(StoreError) in
            do {
                let pool = try DatabasePool(
                    path: path,
                    configuration: Self.configuration(connections: connections, busyTimeout: busyTimeout, ledger: ledger))
                try Schema.upgrade(pool)
                return pool
            } catch {
                throw .opening(path, error)
            }
        }
        self.ledger = ledger
        patience = busyTimeout
        readsOnWriter = connections < 2
    }

    /// Finds the folder of a database, which must be there.
    private static func folder(of path: String) throws(StoreError) -> String {
        let end = path.lastIndex(of: "/")
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard isFolder(folder) else {
            throw .cannotOpen(.sqlite(path: path), reason: "there is no folder \(folder); make it, or name another with --data")
        }
        if isFolder(path) { throw .cannotOpen(.sqlite(path: path), reason: "it is a folder; name a file in it") }
        return folder
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func configuration(connections: Int, busyTimeout: Duration, ledger: ConnectionLedger) -> Configuration {
        let milliseconds = Int(busyTimeout / .milliseconds(1))
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = max(connections - 1, 1)
        configuration.busyMode = .timeout(Double(milliseconds) / 1000)
        configuration.prepareDatabase { db in
            // GRDB's busy mode is the writer's alone.
            try db.execute(sql: "PRAGMA busy_timeout = \(milliseconds)")
            // A connection that cannot read is none, and not to be counted.
            _ = try Row.fetchOne(db, sql: "SELECT 1 FROM sqlite_master LIMIT 1")
            ledger.opened()
        }
        return configuration
    }

    /// Runs a transaction that changes something, or nothing when `body` throws.
    func write<Value: Sendable>(
        _ operation: String, surviving durability: Durability = .processDeath,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try ledger.begin(operation)
        defer { ledger.end() }
        let sent = ContinuousClock.now
        let result = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { [self] db in
                continuation.resume(
                    returning: run(operation, sent: sent) {
                        try db.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
                        return try Self.transaction(.immediate, in: db, body)
                    })
            }
        }
        return try result.get()
    }

    /// Runs a transaction that only reads: it sees one moment.
    func read<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try ledger.begin(operation)
        defer { ledger.end() }
        let sent = ContinuousClock.now
        let result = await withCheckedContinuation { continuation in
            if readsOnWriter {
                pool.asyncWriteWithoutTransaction { [self] db in
                    continuation.resume(
                        returning: run(operation, sent: sent) { try Self.transaction(.deferred, in: db, body) })
                }
            } else {
                pool.asyncRead { [self] db in
                    continuation.resume(returning: run(operation, sent: sent) { try body(db.get()) })
                }
            }
        }
        return try result.get()
    }

    /// Lets what has begun end, and closes all connections.
    func close() async {
        guard await ledger.drain() else { return }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pool] in
                // Readers first: the last connection of all removes the write-ahead log, which a reader cannot.
                pool.invalidateReadOnlyConnections()
                try? pool.close()
                continuation.resume()
            }
        }
        ledger.closed()
    }

    private func run<Value>(
        _ operation: String, sent: ContinuousClock.Instant, _ body: () throws -> Value
    ) -> Result<Value, StoreError> {
        let wait = sent.duration(to: .now)
        ledger.waited(wait)
        return ledger.using {
            // Behind an operation that waited in vain for another process, all others would do the same, one after the other.
            guard wait < patience else {
                return .failure(
                    .busy(reason: "it could not \(operation): no connection of this process was free for \(patience)"))
            }
            return Result(catching: body).mapError { .running(operation, $0) }
        }
    }

    private static func transaction<Value>(
        _ kind: Database.TransactionKind, in db: Database, _ body: (Database) throws -> Value
    ) throws -> Value {
        try db.beginTransaction(kind)
        do {
            let value = try body(db)
            try db.commit()
            return value
        } catch {
            try? db.rollback()
            throw error
        }
    }
}

/// What a committed transaction survives.
///
/// A commit into the write-ahead log is the kernel's at once, and so survives the death of any process. Only a flush to the disk
/// makes it survive a power failure, at the cost of that flush while the database is locked. What a client was told is stored pays
/// it. Claims and outcomes do not: a power failure undoes the last of them (in order, and never half), with the effect that a
/// notification is delivered again under the same `webhook-id`. Tokens that are drawn again then meet no holder of their first
/// drawing, because all holders were processes of the same machine.
enum Durability: String {
    /// Flushes before and after a checkpoint but not at a commit (https://www.sqlite.org/pragma.html#pragma_synchronous).
    case processDeath = "NORMAL"
    /// Flushes at each commit, which takes all earlier commits of all processes with it.
    case powerFailure = "FULL"
}
