import DeliveryWorker
import HostTesting
import NotificationMetrics
import NotificationStore
import Testing

@Suite struct RetryScheduleTests {
    private let exact = RetrySchedule(delays: RetrySchedule.standard.delays, jitter: 0)

    @Test(
        "the standard schedule is 30 s, 2 min, 10 min, 1 h, 6 h, and then the end",
        arguments: zip(
            1...7, [Duration?.some(.seconds(30)), .seconds(120), .seconds(600), .seconds(3600), .seconds(21600), nil, nil]))
    func standard(attempt: Int, delay: Duration?) {
        var generator = SeededGenerator(seed: 1)
        #expect(exact.delay(afterAttempt: attempt, using: &generator) == delay)
        #expect(exact.attempts == 6)
    }

    @Test func `jitter keeps a delay within its tenth, on both sides`() throws {
        var generator = SeededGenerator(seed: 2)
        var delays: [Duration] = []
        for _ in 0..<1000 { delays.append(try #require(RetrySchedule.standard.delay(afterAttempt: 1, using: &generator))) }
        #expect(delays.allSatisfy { (.seconds(27)...Duration.seconds(33)).contains($0) })
        #expect(delays.contains { $0 < .seconds(28) } && delays.contains { $0 > .seconds(32) })
    }

    @Test func `a receiver's patience moves the next attempt back, never forward, and not past the limit`() {
        var generator = SeededGenerator(seed: 3)
        #expect(exact.delay(afterAttempt: 1, retryAfter: .seconds(90), using: &generator) == .seconds(90))
        #expect(exact.delay(afterAttempt: 1, retryAfter: .seconds(1), using: &generator) == .seconds(30))
        #expect(exact.delay(afterAttempt: 1, retryAfter: .seconds(1_000_000), using: &generator) == .seconds(21600))
        #expect(exact.delay(afterAttempt: 6, retryAfter: .seconds(90), using: &generator) == nil)
    }

    @Test func `jitter never comes before the moment that the receiver named`() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<1000 {
            let delay = try #require(RetrySchedule.standard.delay(afterAttempt: 1, retryAfter: .seconds(60), using: &generator))
            #expect((.seconds(60)...Duration.seconds(66)).contains(delay))
        }
    }

    @Test func `a failure becomes a retry at a time, or the end`() {
        var generator = SeededGenerator(seed: 5)
        let now = Instant(milliseconds: 1_000_000)
        let transient = DeliveryFailure(.transient, "HTTP 500")
        #expect(
            exact.result(of: transient, attempt: 2, now: now, using: &generator)
                == .retry(at: Instant(milliseconds: 1_120_000), error: "HTTP 500"))
        #expect(
            exact.result(of: transient, attempt: 6, now: now, using: &generator)
                == .dead(error: "given up after 6 attempts: HTTP 500"))
        #expect(
            exact.result(of: DeliveryFailure(.permanent, "HTTP 404"), attempt: 1, now: now, using: &generator)
                == .dead(error: "HTTP 404"))
        #expect(
            exact.result(
                of: DeliveryFailure(.throttled, "HTTP 429", retryAfter: .seconds(45)), attempt: 1, now: now, using: &generator)
                == .retry(at: Instant(milliseconds: 1_045_000), error: "HTTP 429"))
    }
}
