import HostTesting
import NotificationStore
import Testing

/// Where the notifications of a test lie; each store that is opened on it is another process's, as it were.
protocol StorePlace: Sendable {
    func open(clock: TestClock) throws -> any NotificationStore
}

/// A kind of store that keeps the promises of ``NotificationStore``.
struct StoreKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let makePlace: @Sendable () throws -> any StorePlace

    static let all = [Self.sqlite]

    static let sqlite = Self(testDescription: "SQLite") { try SQLitePlace() }
}

struct SQLitePlace: StorePlace {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path("notifications.sqlite") }

    func open(clock: TestClock) throws -> any NotificationStore {
        try SQLiteNotificationStore(path: path, clock: { clock.now })
    }
}

/// Two stores on the same notifications, with one clock.
struct StorePair {
    let clock = TestClock()
    let place: any StorePlace
    let first: any NotificationStore
    let second: any NotificationStore

    init(_ kind: StoreKind) throws {
        place = try kind.makePlace()
        first = try place.open(clock: clock)
        second = try place.open(clock: clock)
    }
}
