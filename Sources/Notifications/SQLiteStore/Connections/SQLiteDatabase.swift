import ApusLimits
import Dispatch
import GRDB
import Glibc
import NotificationStore
import Synchronization

/// A pool of connections to one database file.
///
/// Work runs on the connections' own queues: no thread of Swift's pool waits for it. A file that was deleted or replaced is told before
/// each operation; what is in its place is opened.
final class SQLiteDatabase: Sendable {
    struct Settings: Sendable {
        var path: String
        /// The maximum number of connections.
        var connections: Int
        /// How long an operation waits for others.
        var patience: Duration
        /// Runs at the beginning of each transaction that writes.
        var settle: @Sendable (Database) throws -> Void = { _ in }
    }

    private struct Opened {
        var pool: DatabasePool
        var identity: DatabaseFile?
        var isReopening = false
        /// The moment at which the disk had no room, when it had none.
        var fullSince: ContinuousClock.Instant?
    }

    let ledger: ConnectionLedger
    private let settings: Settings
    private let opened: Mutex<Opened>
    /// One connection is all: the writer's reads, too.
    private let readsOnWriter: Bool

    init(_ settings: Settings) throws(StoreError) {
        let ledger = ConnectionLedger(limit: max(settings.connections, 1))
        opened = Mutex(try Self.open(settings, ledger: ledger))
        self.ledger = ledger
        self.settings = settings
        readsOnWriter = settings.connections < 2
    }

    private static func open(_ settings: Settings, ledger: ConnectionLedger) throws(StoreError) -> Opened {
        let path = settings.path
        let folder = try folder(of: path)
        return try OpeningLock.hold(folder: folder, database: path, patience: settings.patience) { () throws(StoreError) in
            do {
                let pool = try DatabasePool(path: path, configuration: configuration(settings, ledger: ledger))
                try Schema.upgrade(pool)
                return Opened(pool: pool, identity: DatabaseFile(path: path))
            } catch {
                throw .opening(path, error)
            }
        }
    }

    /// The pool, when the file that it has open is still the one at its path.
    private func pool() throws(StoreError) -> DatabasePool {
        let path = settings.path
        let found = DatabaseFile(path: path)
        let (pool, isSame, reopens) = opened.withLock { opened in
            guard found != opened.identity else { return (opened.pool, true, false) }
            let reopens = found != nil && !opened.isReopening
            if reopens { opened.isReopening = true }
            return (opened.pool, false, reopens)
        }
        if isSame { return pool }
        if reopens { reopen() }
        throw .unavailable(
            reason: found == nil
                ? "the file \(path) is gone; put it back, or restart all services to begin with an empty one"
                : "another file is in the place of \(path); it is being opened")
    }

    /// Opens what is at the path now, and lets go of what was there.
    private func reopen() {
        DispatchQueue.global().async { [self] in
            ledger.closed()
            let fresh: Opened
            do {
                fresh = try Self.open(settings, ledger: ledger)
            } catch {
                return opened.withLock { $0.isReopening = false }
            }
            let old = opened.withLock { opened in
                defer { opened = fresh }
                return opened.pool
            }
            // SQLite removes no log of another file: it looks whether its own has moved (databaseIsUnmoved of pager.c).
            old.invalidateReadOnlyConnections()
            try? old.close()
        }
    }

    /// The bytes of the file and of its log.
    var usage: StoreUsage {
        StoreUsage(
            data: DatabaseFile.size(of: settings.path), writeAheadLog: DatabaseFile.size(of: settings.path + "-wal"))
    }

    var path: String { settings.path }

    /// Throws when the disk has no room, or had none a moment ago.
    func requireSpace() throws(StoreError) {
        let free = DatabaseFile.freeSpace(at: settings.path)
        let isFull = opened.withLock { $0.fullSince.map { $0.duration(to: .now) < .seconds(5) } ?? false }
        guard isFull || free.map({ $0 < StoreLimits.freeSpace.value.bytes }) ?? false else { return }
        throw .full(operation: "answer", reason: "its disk is full; free space on it")
    }

    /// Writes the log back into the database and cuts it, when nobody is in the way.
    func checkpoint() async throws(StoreError) {
        try ledger.begin("write the log back")
        defer { ledger.end() }
        let pool = try pool()
        let patience = Int(settings.patience / .milliseconds(1))
        let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(
                    returning: Result {
                        // All writers wait while it waits for readers.
                        try db.execute(sql: "PRAGMA busy_timeout = 50")
                        defer { try? db.execute(sql: "PRAGMA busy_timeout = \(patience)") }
                        _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                    })
            }
        }
        do { try result.get() } catch { throw .running("write the log back", error) }
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

    private static func configuration(_ settings: Settings, ledger: ConnectionLedger) -> Configuration {
        let milliseconds = Int(settings.patience / .milliseconds(1))
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = max(settings.connections - 1, 1)
        configuration.busyMode = .timeout(Double(milliseconds) / 1000)
        configuration.prepareDatabase { db in
            // GRDB's busy mode is the writer's alone.
            try db.execute(sql: "PRAGMA busy_timeout = \(milliseconds)")
            // What a log that grew while a reader kept it is cut to, when it begins anew.
            try db.execute(sql: "PRAGMA journal_size_limit = \(StoreLimits.writeAheadLog.value.bytes)")
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
        let pool = try pool()
        let sent = ContinuousClock.now
        let result = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { [self] db in
                continuation.resume(
                    returning: run(operation, sent: sent) {
                        try db.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
                        return try Self.transaction(.immediate, in: db) { db in
                            try settings.settle(db)
                            return try body(db)
                        }
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
        let pool = try pool()
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
            DispatchQueue.global().async { [pool = opened.withLock { $0.pool }] in
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
            guard wait < settings.patience else {
                return .failure(
                    .busy(reason: "it could not \(operation): no connection of this process was free for \(settings.patience)"))
            }
            let result = Result(catching: body).mapError { StoreError.running(operation, $0) }
            if case .failure(.full) = result { opened.withLock { $0.fullSince = .now } }
            return result
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
