import EventCatalog
package import Logging
package import NIOCore
import NIOPosix
package import NotificationStore
import Synchronization

/// Goes through all that a request needs, once a second: every event loop, then the store.
///
/// Each time it comes to the end is a turn, which an event loop that is blocked, or a store that never answers, holds up.
///
/// A store that answers with an error is a turn: a restart, which is what follows when turns stay out, would not cure it.
package final class HealthProbe: Sendable {
    private struct State {
        var port: Int?
        /// What the store said last, when it failed.
        var trouble: String?
        var isReady = false
    }

    private let store: any NotificationStore
    private let eventLoops: any EventLoopGroup
    private let interval: Duration
    private let logger: Logger
    private let turnCount = Atomic<UInt64>(0)
    private let state = Mutex(State())

    /// - Parameter interval: between two turns; a tenth of it until the store has answered without an error once.
    package init(
        store: any NotificationStore, eventLoops: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        interval: Duration = .seconds(1), logger: Logger
    ) {
        self.store = store
        self.eventLoops = eventLoops
        self.interval = interval
        self.logger = logger
    }

    /// The number of turns.
    package var turns: UInt64 { turnCount.load(ordering: .relaxed) }

    /// The state in one line, such as `serving on :3001`.
    package var status: String {
        state.withLock { state in
            let place = state.port.map { "serving on :\($0)" } ?? "not listening yet"
            return place + (state.trouble.map { ", the database fails: \($0)" } ?? "")
        }
    }

    /// Probes until it is cancelled.
    ///
    /// - Parameter onReady: called once, when the store has answered without an error.
    func run(port: Int, onReady: @Sendable () -> Void) async {
        state.withLock { $0.port = port }
        while !Task.isCancelled {
            for loop in eventLoops.makeIterator() {
                // It fails when the loop is shut down, which is the end.
                try? await loop.submit {}.get()
            }
            let isReady = await askStore(onReady)
            turnCount.add(1, ordering: .relaxed)
            // Cancelled: the loop's condition ends it.
            try? await Task.sleep(for: isReady ? interval : interval / 10)
        }
    }

    /// Pings the store.
    ///
    /// - Returns: whether it ever answered without an error.
    private func askStore(_ onReady: () -> Void) async -> Bool {
        do throws(StoreError) {
            try await store.ping()
            let isFirst = state.withLock { state in
                state.trouble = nil
                defer { state.isReady = true }
                return !state.isReady
            }
            if isFirst { onReady() }
            return true
        } catch {
            let (isNew, isReady) = state.withLock { state in
                defer { state.trouble = "\(error)" }
                return (state.trouble == nil, state.isReady)
            }
            if isNew {
                logger.warning(
                    "the store fails; it is asked again",
                    metadata: CataloguedEvent.storeUnreachable.metadata(["error": "\(error)"]))
            }
            return isReady
        }
    }
}
