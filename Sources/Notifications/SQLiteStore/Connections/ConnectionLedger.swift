import NotificationStore
import Synchronization

/// What is known of a pool's connections, and which operations are under way; GRDB itself tells neither.
final class ConnectionLedger: Sendable {
    private struct State {
        var open = 0
        var used = 0
        /// The number that has begun and not ended, with those that wait for a connection.
        var operations = 0
        var isClosed = false
        var drained: [CheckedContinuation<Void, Never>] = []
        var waitObserver: (@Sendable (Duration) -> Void)?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var counts: ConnectionCounts {
        state.withLock { ConnectionCounts(idle: max($0.open - $0.used, 0), used: $0.used, limit: limit) }
    }

    func opened() { state.withLock { $0.open += 1 } }

    func observeWaits(_ observer: @escaping @Sendable (Duration) -> Void) { state.withLock { $0.waitObserver = observer } }

    /// Notes that an operation has got its connection.
    func waited(_ duration: Duration) { state.withLock { $0.waitObserver }?(duration) }

    /// Counts a connection as used for the time of `body`, which runs on it.
    func using<Value>(_ body: () -> Value) -> Value {
        state.withLock { $0.used += 1 }
        defer { state.withLock { $0.used -= 1 } }
        return body()
    }

    func begin(_ operation: String) throws(StoreError) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.operations += 1 }
            return state.isClosed
        }
        if isClosed { throw .failed(operation: operation, reason: "the store is closed") }
    }

    func end() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.operations -= 1
            guard state.operations == 0 else { return [] }
            defer { state.drained = [] }
            return state.drained
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Lets nothing begin any more, and waits until nothing is under way.
    ///
    /// - Returns: whether this is the call that closes; another one did, or does, otherwise.
    func drain() async -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if state.operations > 0 { state.drained.append(continuation) }
                return state.operations == 0
            }
            if isDrained { continuation.resume() }
        }
        return isFirst
    }

    func closed() { state.withLock { $0.open = 0 } }
}
