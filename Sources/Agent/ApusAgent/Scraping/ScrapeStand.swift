import ApusLimits
import ApusThreads

/// When a page is asked for, and whether a scrape waits for it: a pure value, to which times and chance are given.
///
/// A page that was not there in its time is asked in the background from then on, with pauses between; once it is quick, the next
/// scrape waits for it again. The pauses grow with each time, and are short again after so many quick answers in a row: a page that is
/// quick now and then holds up a scrape as seldom as one that never is.
package struct ScrapeStand: Sendable {
    /// What a scrape does about a page.
    package enum Step: Sendable, Equatable {
        /// Nothing: its last fetch is so young that it is shared, or it is resting.
        case nothing
        /// Fetch it, and wait for it.
        case fetchAndWait
        /// Fetch it, and do not wait.
        case fetch
    }

    private var isSlow = false
    private var backoff: Backoff
    /// Moments of CLOCK_MONOTONIC in nanoseconds.
    private var restsUntil: UInt64 = 0
    private var settledAt: UInt64?
    private var quickAnswers = 0

    /// Quick answers in a row after which the pauses are short again.
    private static let steadiness = 10

    package init() {
        backoff = Backoff(first: .seconds(1), longest: ScrapeLimits.longestRest.value, spread: 0.8...1)
    }

    /// Whether a scrape waits for a fetch that is under way.
    package var isWaitedFor: Bool { !isSlow }

    /// What a scrape does that finds no fetch under way.
    package func step(at now: UInt64) -> Step {
        let shared = UInt64(ScrapeLimits.shared.value / .nanoseconds(1))
        if let settledAt, now < settledAt &+ shared { return .nothing }
        guard isSlow else { return .fetchAndWait }
        return now < restsUntil ? .nothing : .fetch
    }

    /// Takes note of a page that was fetched and read in its time.
    package mutating func succeed(at now: UInt64) {
        settledAt = now
        isSlow = false
        quickAnswers += 1
        if quickAnswers >= Self.steadiness { backoff.succeed() }
    }

    /// Takes note of a fetch that failed.
    ///
    /// - Parameters:
    ///   - isLate: whether it took all of its time; what fails at once may be waited for again.
    ///   - random: an evenly distributed number in 0…1.
    package mutating func fail(isLate: Bool, at now: UInt64, random: Double) {
        settledAt = now
        quickAnswers = 0
        isSlow = isLate
        guard isLate else { return }
        restsUntil = now &+ UInt64(backoff.fail(random: random) / .nanoseconds(1))
    }
}
