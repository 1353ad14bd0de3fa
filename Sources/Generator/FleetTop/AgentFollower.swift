import ApusLimits

/// Asks one agent again and again, at its own pace: what another one does holds it up by nothing.
struct AgentFollower: Sendable {
    let number: Int
    let agent: AgentClient
    let board: AgentBoard
    /// The time between two questions; `nil`: a fifth of the agent's interval, so that a new sample is seen soon.
    let pause: Duration?

    /// The longest time between two questions to an agent that does not answer.
    private static let longestPause = Duration.seconds(10)

    /// Asks until the task is cancelled.
    func run() async {
        var tag: String?
        var historyTime: Double?
        var failures = 0
        while !Task.isCancelled {
            let reply = await agent.instances(unless: tag)
            guard !Task.isCancelled else { return }
            let now = ContinuousClock.now
            switch reply {
            case .document(let document, let newTag):
                (tag, failures) = (newTag, 0)
                board.change(number) { $0.take(document, at: now) }
            case .same:
                failures = 0
                board.change(number) { ($0.answered, $0.failure) = (now, nil) }
            case .failed(let reason):
                failures += 1
                board.change(number) { $0.failure = reason }
            }
            let state = board.all.states[number]
            if failures == 0, board.wantsCourses, let time = state.facts?.historyTime, time != historyTime {
                // An agent without history, or a slow one, is asked again with its next point.
                historyTime = time
                if case .document(let history, _) = await agent.courses() {
                    board.change(number) { $0.courses = history.courses }
                }
            }
            try? await Task.sleep(for: self.pause(after: failures, interval: state.interval))
        }
    }

    private func pause(after failures: Int, interval: Double) -> Duration {
        let least = TopLimits.pause.value
        let usual = max(least, pause ?? min(.seconds(interval / 5), .seconds(5)))
        return failures == 0 ? usual : min(max(usual, Self.longestPause), max(least, usual * (1 << min(failures - 1, 4))))
    }
}
