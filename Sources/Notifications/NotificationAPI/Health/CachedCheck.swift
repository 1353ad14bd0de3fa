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

    /// Says what the answer was, at most `freshness` ago; while a new one is waited for, the last one for as long as an answer may take.
    func status() async -> HealthStatus {
        let now = ContinuousClock.now
        let (asking, last) = state.withLock { state -> (Task<HealthStatus, Never>?, HealthStatus?) in
            let age = state.last.map { $0.at.duration(to: now) }
            if let age, age < freshness { return (nil, state.last?.status) }
            let asking = state.asking ?? Task { await self.check() }
            state.asking = asking
            return (asking, age.map { $0 < freshness + deadline } == true ? state.last?.status : nil)
        }
        guard let asking else { return last ?? late }
        guard let last else { return await asking.value }
        return await Self.first(within: Self.patience, else: last) { await asking.value }
    }

    /// How long whoever asks waits for a new answer while there is a last one.
    private static let patience = Duration.milliseconds(50)

    private func check() async -> HealthStatus {
        let status = state.withLock(\.isStuck) ? late : await ask()
        state.withLock {
            $0.last = (status, .now)
            $0.asking = nil
        }
        return status
    }

    private func ask() async -> HealthStatus {
        state.withLock { $0.isStuck = true }
        return await Self.first(within: deadline, else: late) {
            let status = await self.question()
            self.state.withLock { $0.isStuck = false }
            return status
        }
    }

    /// Waits for an answer, or until it is too late. The two are no task group, which would wait for the answer all the same.
    private static func first(
        within limit: Duration, else late: HealthStatus, _ answer: @escaping @Sendable () async -> HealthStatus
    ) async -> HealthStatus {
        let (answers, continuation) = AsyncStream<HealthStatus>.makeStream()
        Task { continuation.yield(await answer()) }
        let timer = Task {
            try await Task.sleep(for: limit)
            continuation.yield(late)
        }
        defer { timer.cancel() }
        for await answer in answers { return answer }
        return late
    }
}
