import Synchronization

/// The books of a running test, which the sender and the receiver keep together, and the clock that they share.
final class LoadLedger: Sendable {
    private let clock = ContinuousClock()
    private let state = Mutex((accounts: LoadAccounts(), start: ContinuousClock.now))

    /// Makes this instant the start of the test.
    func start() -> ContinuousClock.Instant {
        state.withLock {
            $0.start = clock.now
            return $0.start
        }
    }

    /// The time since the start.
    var now: Duration { state.withLock { $0.start.duration(to: clock.now) } }

    var accounts: LoadAccounts { state.withLock(\.accounts) }

    var lost: Int { state.withLock(\.accounts.lost) }

    func enter(_ change: (inout LoadAccounts) -> Void) { state.withLock { change(&$0.accounts) } }

    /// Enters a request that is due.
    ///
    /// - Returns: false when it must not be sent, because so many are without an answer.
    func begin(maximumOutstanding: Int) -> Bool {
        state.withLock { $0.accounts.begin(maximumOutstanding: maximumOutstanding) }
    }

    /// Enters the arrival of a notification, now.
    func arrive(id: String) { state.withLock { $0.accounts.arrive(id: id, at: $0.start.duration(to: clock.now)) } }
}
