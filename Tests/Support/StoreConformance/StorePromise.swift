package import NotificationStore
import Testing

/// A promise of ``NotificationStore`` that every store keeps, with the test that tries to break it.
///
/// The test target of a store has one suite with one test over all of them:
///
/// ```swift
/// @Test(arguments: StorePromise.all) func `keeps the promise`(_ promise: StorePromise) async throws {
///     try await promise.check(SQLitePlace())
/// }
/// ```
package struct StorePromise: Sendable, CustomTestStringConvertible {
    package let testDescription: String
    private let body: @Sendable (StorePair) async throws -> Void

    init(_ promise: String, _ body: @escaping @Sendable (StorePair) async throws -> Void) {
        testDescription = promise
        self.body = body
    }

    package static let all =
        enqueueing + idempotency + claiming + turns + leases + deaths + destinations + recording + statistics + closing

    /// Tries to break the promise with two stores on a new place.
    package func check(_ place: some StorePlace) async throws { try await body(StorePair(place)) }
}

/// Where the notifications of a test lie; each store that is opened on it is another process's, as it were.
package protocol StorePlace: Sendable {
    /// - Parameter clock: the clock of all its leases and due moments.
    func open(clock: TestClock) throws -> any NotificationStore
}

/// Two stores on the same notifications, with one clock.
struct StorePair: Sendable {
    let clock = TestClock()
    let place: any StorePlace
    let first: any NotificationStore
    let second: any NotificationStore

    init(_ place: some StorePlace) throws {
        self.place = place
        first = try place.open(clock: clock)
        second = try place.open(clock: clock)
    }
}
