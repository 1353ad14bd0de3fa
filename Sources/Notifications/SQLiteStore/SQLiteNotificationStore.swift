package import NotificationStore
import Synchronization

/// Notifications in one SQLite file, which any number of processes of one machine share.
///
/// Writes are short transactions that begin as writers (`BEGIN IMMEDIATE`), one at a time over all processes; reads go on beside
/// them. What has begun is finished, whatever becomes of the task that asked: cancelling it cuts off no write.
package final class SQLiteNotificationStore: NotificationStore {
    let database: SQLiteDatabase
    let clock: @Sendable () -> Instant
    let bounds: QueueBounds
    /// The destination at which the last claim stopped that looked behind closed ones.
    let lastDestination = Mutex("")

    /// Opens the database, makes it when it is new, and brings its schema up to date; blocks meanwhile.
    ///
    /// - Parameters:
    ///   - path: the database's file; its folder must be there.
    ///   - connections: the maximum number of connections of this process, the writer's included; at least 1, which then reads, too.
    ///   - busyTimeout: how long an operation waits for other writers or for a connection, before it is ``StoreError/busy(reason:)``.
    ///   - bounds: how much may wait in the queue.
    ///   - clock: the time of due moments and leases; processes that share a database must share it.
    package init(
        path: String, connections: Int = 5, busyTimeout: Duration = .seconds(5), bounds: QueueBounds = QueueBounds(),
        clock: HostClock = .system
    ) throws(StoreError) {
        let steps = ClockSteps(clock: clock)
        database = try SQLiteDatabase(
            .init(path: path, connections: connections, patience: busyTimeout, settle: { try steps.settle(in: $0) }))
        self.clock = clock.wall
        self.bounds = bounds
    }

    /// Opens the database with a clock that is never set, as tests have.
    package convenience init(
        path: String, connections: Int = 5, busyTimeout: Duration = .seconds(5), bounds: QueueBounds = QueueBounds(),
        clock: @escaping @Sendable () -> Instant
    ) throws(StoreError) {
        try self.init(
            path: path, connections: connections, busyTimeout: busyTimeout, bounds: bounds, clock: HostClock(wall: clock))
    }

    /// The connections of this process, of which `used` are working at this moment; what waits for one is in none of the numbers.
    ///
    /// The writer's connection is open from the start; one for reading is opened when a read finds all others in use, and stays.
    package var connections: ConnectionCounts { database.ledger.counts }

    /// Tells an observer how long each operation waited: one on the writer's connection for the others, a read for a free one.
    package func observeWaits(_ observer: @escaping @Sendable (Duration) -> Void) { database.ledger.observeWaits(observer) }

    package func close() async { await database.close() }
}
