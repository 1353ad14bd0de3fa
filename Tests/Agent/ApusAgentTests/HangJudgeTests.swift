import ApusAgent
import ApusMetrics
import AgentMetrics
import Testing

/// The rule by which a process counts as hung, with a clock of the test's own.
@Suite struct HangJudgeTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `after a pause of the agent a process is given the whole threshold, but one that was hung stays so`() {
        let second = Self.second
        let start = 1_000 * second
        let judge = HangJudge(after: .seconds(5), at: start)
        for turn in 1...10 as ClosedRange<UInt64> { judge.turn(at: start + turn * second) }
        var now = start + 10 * second
        #expect(!judge.isSilent(for: 5 * second, at: now, wasHung: false))
        #expect(judge.isSilent(for: 5 * second + 1, at: now, wasHung: false))
        // Sixty seconds in which nothing ran: a scrape comes before the first turn.
        now += 60 * second
        #expect(!judge.isSilent(for: 61 * second, at: now, wasHung: false))
        #expect(judge.isSilent(for: 61 * second, at: now, wasHung: true))
        judge.turn(at: now)
        #expect(!judge.isSilent(for: 61 * second, at: now + second, wasHung: false))
        for turn in 1...6 as ClosedRange<UInt64> { judge.turn(at: now + turn * second) }
        #expect(judge.isSilent(for: 67 * second, at: now + 6 * second, wasHung: false))
    }

    @Test func `an agent that has just started waits for the threshold`() {
        let start = 1_000 * Self.second
        let waking = WakingTime(at: start)
        #expect(waking.span(at: start) == 0)
        #expect(waking.span(at: start + 2 * Self.second) == 2 * Self.second)
        #expect(waking.span(at: start + 4 * Self.second) == 0)
    }

    @Test func `of the executors the worst is named, and what cannot be a lag is none`() {
        let judge = HangJudge(after: .seconds(5), at: 0)
        func lag(_ executor: String, _ value: Double) -> (labels: [UInt8], value: Double) {
            (LabelBytes.render(ExecutorLabels(executor: executor).pairs), value)
        }
        #expect(judge.blocked([]) == nil)
        #expect(judge.blocked([lag("a", 5), lag("b", -9), lag("c", .nan), lag("d", .infinity)]) == nil)
        #expect(
            judge.blocked([lag("a", 6), lag("b", 7.25), lag("c", .nan)]) == .blocked(executor: "b", seconds: 7.25))
        #expect(judge.blocked([([], 6)]) == .blocked(executor: "without a name", seconds: 6))
        let hostile = judge.blocked([lag("x\nfake line\u{1B}" + String(repeating: "y", count: 500), 6)])
        #expect(hostile?.description.contains("\n") == false)
        #expect(hostile?.description.contains("\u{1B}") == false)
        #expect((hostile?.description.count ?? 500) < 150)
    }

    @Test func `a reason says what the kernel says`() {
        #expect("\(Hang.silent(seconds: 7.26, state: UInt8(ascii: "D")))".hasSuffix("(state D)"))
        #expect("\(Hang.silent(seconds: 7.26, state: nil))" == "no sign of life for 7.3 s")
        #expect(
            "\(Hang.blocked(executor: "event-loop-0", seconds: 6))" == "the executor event-loop-0 has run nothing for 6.0 s")
    }
}
