import HostTesting
import NotificationStore
import SQLiteStore
import StoreConformance
import Testing

/// A database in a folder of its own.
struct SQLitePlace: StorePlace {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path("notifications.sqlite") }

    func open(clock: TestClock) throws -> any NotificationStore {
        try SQLiteNotificationStore(path: path, clock: { clock.now })
    }
}

@Suite struct `A store in SQLite` {
    @Test(arguments: StorePromise.all) func `keeps the promises of every store`(promise: StorePromise) async throws {
        try await promise.check(SQLitePlace())
    }
}
