import CLinux
import Synchronization

/// The CPU time that one kind of reading may take in each interval, shared by all who are read.
///
/// What a reading takes is known by the size of what is read and by what others took.
final class WindowBudget: Sendable {
    private struct State {
        /// Moment of CLOCK_MONOTONIC at which the interval began, and what was spent since: nanoseconds.
        var began: UInt64 = 0
        var spent: UInt64 = 0
        /// What was read in any case, in this interval and in the one before.
        var free: UInt64 = 0
        var lastFree: UInt64 = 0
        var nanosecondsPerUnit: Double
    }

    private let budget: UInt64
    private let interval: UInt64
    private let least: UInt64
    private let admitsFirst: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - nanosecondsPerUnit: what a reading is taken to cost before the first.
    ///   - least: the size from which on a reading says what a unit costs.
    ///   - admitsFirst: whether the first reading of an interval is made whatever it is taken to cost, so that a cost that was learned
    ///     wrongly is learned anew; for readings that are bounded by ``largest``.
    /// - Returns: `nil` for a budget of nothing.
    init?(
        _ budget: Duration, each interval: Duration, nanosecondsPerUnit: Double, least: UInt64, admitsFirst: Bool = false
    ) {
        guard budget > .zero else { return nil }
        self.budget = UInt64(budget / .nanoseconds(1))
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        self.least = least
        self.admitsFirst = admitsFirst
        state = Mutex(State(nanosecondsPerUnit: nanosecondsPerUnit))
    }

    /// Reads something; `nil` where not enough is left for it.
    ///
    /// - Parameters:
    ///   - size: what it is taken to have before it is read.
    ///   - others: the size of those for whom time is left, as their turn is before.
    ///   - isFree: whether it is read in any case, and what it takes is then missing for others, up to half of the budget.
    ///   - told: the nanoseconds that it took.
    ///   - measured: the size that it turned out to have.
    ///   - elsewhere: the nanoseconds that another thread has worked for it.
    func spend<Result, Failure: Error>(
        on size: UInt64, after others: UInt64 = 0, isFree: Bool = false, at now: Moment, telling told: (UInt64) -> Void,
        measuring measured: (Result) -> UInt64 = { _ in 0 }, elsewhere: (Result) -> UInt64 = { _ in 0 },
        _ read: () throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard state.withLock({ admits(&$0, size, after: others, at: now.monotonic) || isFree }) else { return nil }
        let start = apus_thread_cpu_nanoseconds()
        var size = size
        var lent: UInt64 = 0
        defer {
            let taken = apus_thread_cpu_nanoseconds() - start + lent
            told(taken)
            state.withLock { state in
                if isFree { state.free += taken } else { state.spent += taken }
                // Small ones say little of what a unit takes.
                if size >= least, size > 0 {
                    state.nanosecondsPerUnit += (Double(taken) / Double(size) - state.nanosecondsPerUnit) / 4
                }
            }
        }
        let result = try read()
        // What has grown since took longer for that.
        size = max(size, measured(result))
        lent = elsewhere(result)
        return result
    }

    /// Whether there is time for a reading of this size where nothing else is read but what is in any case.
    func mayEverAdmit(_ size: UInt64) -> Bool {
        state.withLock { reserved($0) + UInt64(Double(size) * $0.nanosecondsPerUnit) <= budget }
    }

    /// The size of what can be read in an interval where nothing else is read, by what others took.
    var largest: UInt64 { state.withLock { UInt64(Double(budget) / max(1, $0.nanosecondsPerUnit)) } }

    private func admits(_ state: inout State, _ size: UInt64, after others: UInt64, at now: UInt64) -> Bool {
        // A turn may begin a little sooner after the one before.
        if now >= state.began &+ interval / 10 * 9 {
            (state.began, state.spent, state.lastFree, state.free) = (now, 0, state.free, 0)
        }
        if admitsFirst, state.spent == 0, others == 0 { return true }
        return state.spent + reserved(state) + UInt64(Double(size + others) * state.nanosecondsPerUnit) <= budget
    }

    /// What is kept for readings in any case, whether they come first in an interval or last.
    private func reserved(_ state: State) -> UInt64 { min(budget / 2, max(state.free, state.lastFree)) }
}
