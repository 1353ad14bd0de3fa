import ApusJournal
import Testing

@Suite struct `A circuit breaker` {
    /// The same numbers in every run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test func `opens at the third failure in a row, and then doubles its pauses from a second to a minute`() {
        var breaker = CircuitBreaker()
        var numbers = Numbers()
        #expect(breaker.fail(using: &numbers) == .milliseconds(100))
        #expect(breaker.fail(using: &numbers) == .milliseconds(100))
        #expect(!breaker.isOpen)
        for seconds in [1.0, 2, 4, 8, 16, 32, 60, 60, 60] {
            let pause = breaker.fail(using: &numbers) / .seconds(1)
            #expect(breaker.isOpen)
            #expect((seconds * 0.8...seconds * 1.2).contains(pause), "\(pause)")
        }
    }

    @Test func `closes with a success, and begins its pauses anew`() {
        var breaker = CircuitBreaker()
        var numbers = Numbers()
        for _ in 0..<20 { _ = breaker.fail(using: &numbers) }
        breaker.succeed()
        #expect(!breaker.isOpen)
        #expect(breaker.fail(using: &numbers) == .milliseconds(100))
    }

    @Test func `spreads those who wait for one thing`() {
        var numbers = Numbers()
        let pauses = (0..<50).map { _ in
            var breaker = CircuitBreaker()
            _ = breaker.fail(using: &numbers)
            _ = breaker.fail(using: &numbers)
            return breaker.fail(using: &numbers)
        }
        #expect(Set(pauses).count > 20)
    }
}
