import ApusThreads
import HostTesting
import Testing

@Suite struct `A circuit breaker` {
    private let start = ContinuousClock.now

    private func breaker(threshold: Int = 3) -> CircuitBreaker<ContinuousClock.Instant> {
        CircuitBreaker(
            threshold: threshold, closedPause: .milliseconds(100),
            backoff: Backoff(first: .seconds(1), longest: .seconds(60), spread: 0.8...1.2))
    }

    @Test func `opens at the third failure in a row, and then doubles its pauses from a second to a minute`() throws {
        var breaker = breaker()
        var numbers = SeededGenerator(seed: 1)
        for _ in 0..<2 {
            breaker.fail(at: start, using: &numbers)
            #expect(breaker.retryAt == start + .milliseconds(100))
        }
        #expect(!breaker.isOpen)
        for seconds in [1.0, 2, 4, 8, 16, 32, 60, 60, 60] {
            breaker.fail(at: start, using: &numbers)
            let pause = try #require(breaker.retryAt) - start
            #expect(breaker.isOpen)
            #expect((seconds * 0.8...seconds * 1.2).contains(pause / .seconds(1)), "\(pause)")
        }
        #expect(breaker.failures == 11)
    }

    @Test func `allows nothing before a pause is over, and something from then on`() {
        var breaker = breaker()
        var numbers = SeededGenerator(seed: 1)
        #expect(breaker.allows(start))
        breaker.fail(at: start, using: &numbers)
        #expect(!breaker.allows(start))
        #expect(!breaker.allows(start + .milliseconds(100) - .nanoseconds(1)))
        #expect(breaker.allows(start + .milliseconds(100)))
        // Over, and yet not closed by it.
        breaker.fail(at: start, using: &numbers)
        breaker.fail(at: start, using: &numbers)
        #expect(breaker.allows(start + .seconds(2)) && breaker.isOpen)
    }

    @Test func `closes with a success, and begins its pauses anew`() {
        var breaker = breaker()
        var numbers = SeededGenerator(seed: 1)
        for _ in 0..<20 { breaker.fail(at: start, using: &numbers) }
        breaker.succeed()
        #expect(!breaker.isOpen && breaker.failures == 0 && breaker.retryAt == nil)
        #expect(breaker.allows(start))
        breaker.fail(at: start, using: &numbers)
        #expect(breaker.retryAt == start + .milliseconds(100))
        for _ in 0..<2 { breaker.fail(at: start, using: &numbers) }
        #expect(breaker.allows(start + .milliseconds(1200)))
    }

    @Test func `with a threshold of one opens at the first failure`() {
        var breaker = breaker(threshold: 1)
        var numbers = SeededGenerator(seed: 1)
        breaker.fail(at: start, using: &numbers)
        #expect(breaker.isOpen)
        #expect(!breaker.allows(start + .milliseconds(799)))
        #expect(breaker.allows(start + .milliseconds(1200)))
    }

    @Test func `takes times of any clock`() {
        var breaker = CircuitBreaker<SuspendingClock.Instant>(
            threshold: 1, backoff: Backoff(first: .seconds(1), longest: .seconds(1)))
        var numbers = SeededGenerator(seed: 1)
        let start = SuspendingClock.now
        breaker.fail(at: start, using: &numbers)
        #expect(breaker.retryAt == start + .seconds(1))
    }

    @Test func `spreads those who wait for one thing`() {
        var numbers = SeededGenerator(seed: 1)
        let moments = (0..<50).map { _ in
            var breaker = breaker()
            for _ in 0..<3 { breaker.fail(at: start, using: &numbers) }
            return breaker.retryAt
        }
        #expect(Set(moments).count > 20)
    }
}
