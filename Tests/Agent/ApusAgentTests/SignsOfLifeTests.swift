import ApusAgent
import Testing

/// Heartbeats of processes whose monotonic clock is the agent's, and of those in a time namespace with another one.
@Suite struct SignsOfLifeTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start: UInt64 = 5_000_000 * second

    @Test(arguments: [-4_000_000, -900, 0, 900, 4_000_000])
    func `a process that gives signs is never still, and one that has stopped is, whatever its clock says`(offset: Int) {
        var signs = SignsOfLife()
        func moment(_ seconds: Int) -> UInt64 { Self.start + UInt64(seconds) * Self.second }
        func heartbeat(_ seconds: Int) -> UInt64 {
            UInt64(clamping: Int(moment(seconds)) + offset * Int(Self.second))
        }
        for second in 0...10 {
            let judgement = signs.see(heartbeat(second), at: moment(second))
            #expect(judgement.stillness == 0)
            if second > 0 { #expect(judgement.age <= Self.second) }
        }
        for second in 11...30 {
            let judgement = signs.see(heartbeat(10), at: moment(second))
            #expect(judgement.stillness == UInt64(second - 10) * Self.second)
            #expect(judgement.age == judgement.stillness)
        }
    }

    @Test func `by the agent's own clock the age is exact between two looks`() {
        var signs = SignsOfLife()
        _ = signs.see(Self.start, at: Self.start)
        let judgement = signs.see(Self.start + 2 * Self.second, at: Self.start + 6 * Self.second)
        #expect(judgement == .init(age: 4 * Self.second, stillness: 0))
    }

    @Test func `a heartbeat that is hours old when it is first seen has its age, and is no proof of a hang yet`() {
        var signs = SignsOfLife()
        let judgement = signs.see(Self.start - 4000 * Self.second, at: Self.start)
        #expect(judgement == .init(age: 4000 * Self.second, stillness: 0))
    }

    @Test func `a heartbeat of the end of time is no sign that lasts`() {
        var signs = SignsOfLife()
        _ = signs.see(.max, at: Self.start)
        #expect(signs.see(.max, at: Self.start + 9 * Self.second) == .init(age: 9 * Self.second, stillness: 9 * Self.second))
    }
}
