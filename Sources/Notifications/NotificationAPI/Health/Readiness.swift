import EventCatalog
import Logging
import NotificationStore
import Synchronization

/// Whether this instance is ready: not while it drains, nor when the store does not answer.
///
/// The store is asked at most once in `freshness`, however many ask this; a question that the store has not answered yet is not
/// repeated, so that a store that hangs is not made worse.
final class Readiness: Sendable {
    private struct State {
        var isDraining = false
        var last: (status: HealthStatus, at: ContinuousClock.Instant)?
        var asking: Task<HealthStatus, Never>?
        /// Whether a question that outlived its deadline still waits for the store.
        var isStuck = false
    }

    private let store: any NotificationStore
    private let freshness: Duration
    private let deadline: Duration
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter deadline: how long the store may take to answer.
    init(store: any NotificationStore, freshness: Duration = .seconds(1), deadline: Duration = .seconds(2), logger: Logger) {
        self.store = store
        self.freshness = freshness
        self.deadline = deadline
        self.logger = logger
    }

    /// Makes this instance not ready from now on.
    func drain() { state.withLock { $0.isDraining = true } }

    func status() async -> HealthStatus {
        if state.withLock(\.isDraining) { return .fail(reason: "this instance is about to stop") }
        return await storeStatus()
    }

    /// Says what the store's check said, at most `freshness` ago.
    func storeStatus() async -> HealthStatus {
        let now = ContinuousClock.now
        let task: Task<HealthStatus, Never>? = state.withLock { state in
            if let last = state.last, last.at.duration(to: now) < freshness { return nil }
            if let asking = state.asking { return asking }
            let asking = Task { await self.check() }
            state.asking = asking
            return asking
        }
        if let task { return await task.value }
        return state.withLock { $0.last?.status } ?? .fail(reason: Self.noAnswer)
    }

    private static let noAnswer = "the store does not answer"

    private func check() async -> HealthStatus {
        let status = state.withLock(\.isStuck) ? .fail(reason: Self.noAnswer) : await ask()
        state.withLock {
            $0.last = (status, .now)
            $0.asking = nil
        }
        return status
    }

    /// Waits for the first of the store's answer and the deadline. The two are no task group, which would wait for the store all the same.
    private func ask() async -> HealthStatus {
        let (answers, continuation) = AsyncStream<HealthStatus>.makeStream()
        state.withLock { $0.isStuck = true }
        Task {
            continuation.yield(await self.storeAnswer())
            self.state.withLock { $0.isStuck = false }
        }
        let timer = Task { [deadline] in
            try await Task.sleep(for: deadline)
            continuation.yield(.fail(reason: Self.noAnswer))
        }
        defer { timer.cancel() }
        for await answer in answers { return answer }
        return .fail(reason: Self.noAnswer)
    }

    private func storeAnswer() async -> HealthStatus {
        do throws(StoreError) {
            try await store.ping()
            return .pass
        } catch {
            logger.warning(
                "the store fails the readiness check",
                metadata: CataloguedEvent.storeUnreachable.metadata(["error": "\(error)"]))
            if case .busy = error { return .fail(reason: "the store is busy") }
            return .fail(reason: "the store fails")
        }
    }
}

/// Whether this instance should get requests.
package enum HealthStatus: Hashable, Sendable {
    case pass
    /// The instance should get none, for a reason that people read and that names nothing of the inside.
    case fail(reason: String)

    var word: String { self == .pass ? "pass" : "fail" }

    var output: String? { if case .fail(let reason) = self { reason } else { nil } }
}
