import ApusAgent
import NIOCore
import Testing

@Suite struct CostlyAnswersTests {
    private final class Clock {
        var now = NIODeadline.uptimeNanoseconds(0)
        var made = 0
        private let answers = CostlyAnswers<String, Int>()

        func ask(_ page: String = "stats", cost: TimeAmount) -> Int {
            answers.answer(page, now: { now }) {
                made += 1
                now = now + cost
                return made
            }
        }
    }

    @Test func `an answer that took long is given again for ten times as long`() {
        let clock = Clock()
        #expect(clock.ask(cost: .milliseconds(40)) == 1)
        clock.now = clock.now + .milliseconds(399)
        #expect(clock.ask(cost: .milliseconds(40)) == 1)
        #expect(clock.ask("units", cost: .milliseconds(40)) == 2)
        clock.now = clock.now + .milliseconds(400)
        #expect(clock.ask(cost: .milliseconds(40)) == 3)
    }

    @Test func `an answer that took no time is made anew`() {
        let clock = Clock()
        #expect((1...3).map { _ in clock.ask(cost: .milliseconds(1)) } == [1, 2, 3])
    }
}
