import Synchronization

/// A question to a dependency that is asked at most once in a while, however many want the answer.
///
/// A question that is not answered yet is not repeated, so that a dependency that hangs is not made worse.
final class CachedCheck: Sendable {
    private struct State {
        var last: (status: HealthStatus, at: ContinuousClock.Instant)?
        var asking: Task<HealthStatus, Never>?
        /// Whether a question that outlived its deadline still waits.
        var isStuck = false
    }

    private let freshness: Duration
    private let deadline: Duration
    private let late: HealthStatus
    private let question: @Sendable () async -> HealthStatus
    private let state = Mutex(State())

    /// - Parameters:
    ///   - deadline: how long an answer may take.
    ///   - late: the answer when there is none in time.
    init(
        freshness: Duration, deadline: Duration, late: HealthStatus, question: @escaping @Sendable () async -> HealthStatus
    ) {
        self.freshness = freshness
        self.deadline = deadline
        self.late = late
        self.question = question
    }

    /// Says what the answer was, at most `freshness` ago.
    func status() async -> HealthStatus {
        let now = ContinuousClock.now
        let task: Task<HealthStatus, Never>? = state.withLock { state in
            if let last = state.last, last.at.duration(to: now) < freshness { return nil }
            if let asking = state.asking { return asking }
            let asking = Task { await self.check() }
            state.asking = asking
            return asking
        }
        if let task { return await task.value }
        return state.withLock { $0.last?.status } ?? late
    }

    private func check() async -> HealthStatus {
        let status = state.withLock(\.isStuck) ? late : await ask()
        state.withLock {
            $0.last = (status, .now)
            $0.asking = nil
        }
        return status
    }

    /// Waits for the first of the answer and the deadline. The two are no task group, which would wait for the answer all the same.
    private func ask() async -> HealthStatus {
        let (answers, continuation) = AsyncStream<HealthStatus>.makeStream()
        state.withLock { $0.isStuck = true }
        Task {
            continuation.yield(await self.question())
            self.state.withLock { $0.isStuck = false }
        }
        let timer = Task { [deadline, late] in
            try await Task.sleep(for: deadline)
            continuation.yield(late)
        }
        defer { timer.cancel() }
        for await answer in answers { return answer }
        return late
    }
}
