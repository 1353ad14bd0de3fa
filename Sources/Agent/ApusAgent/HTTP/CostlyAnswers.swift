package import NIOCore
import Synchronization

/// Gives answers again for a moment that took long to make, so that whoever asks for them without end takes little of the loop's time.
///
/// A page about a thousand instances with many series takes tens of milliseconds, in which nobody else is answered.
package final class CostlyAnswers<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let end: NIODeadline
    }

    private let entries = Mutex<[Key: Entry]>([:])

    package init() {}

    /// The answer as it is, or, where making it took more than 2 ms, as it was less than ten times as long ago.
    package func answer(_ key: Key, now: () -> NIODeadline = { .now() }, making make: () throws -> Value) rethrows -> Value {
        let start = now()
        if let entry = entries.withLock({ $0[key] }), start < entry.end { return entry.value }
        let value = try make()
        let end = now()
        let cost = end - start
        let entry = cost < .milliseconds(2) ? nil : Entry(value: value, end: end + .nanoseconds(cost.nanoseconds * 10))
        entries.withLock { $0[key] = entry }
        return value
    }
}
