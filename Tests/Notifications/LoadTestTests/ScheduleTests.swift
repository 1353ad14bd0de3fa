import LoadTest
import Testing

@Suite struct `The schedule of an open loop` {
    @Test(
        arguments: [
            (12, 60, 720), (20, 0.5, 10), (0.1, 1, 1), (1000, 2.5, 2500), (3, 1.0 / 3, 1),
        ] as [(Double, Double, Int)])
    func `has as many requests as rate and duration say, and at least one`(rate: Double, seconds: Double, count: Int) {
        #expect(OpenLoopSchedule(rate: rate, duration: .seconds(seconds)).count == count)
    }

    @Test func `has each request due at its own multiple of the interval, without drift`() {
        let schedule = OpenLoopSchedule(rate: 3, duration: .seconds(3600))
        #expect(schedule.due(0) == .zero)
        for index in [1, 7, 300, 10_799] {
            let error = schedule.due(index) - .nanoseconds(Int64((Double(index) * 1e9 / 3).rounded()))
            #expect(abs(error / .microseconds(1)) < 1)
        }
        #expect(schedule.due(schedule.count - 1) < .seconds(3600))
    }

    @Test func `spreads requests over all users, evenly and the same in every run`() {
        let recipients = Recipients(count: 100)
        var counts: [String: Int] = [:]
        for index in 0..<100_000 { counts[recipients.user(of: index), default: 0] += 1 }
        #expect(counts.count == 100)
        #expect(counts.values.allSatisfy { (800...1200).contains($0) })
        #expect(counts["user-0"] != nil && counts["user-99"] != nil)
        #expect((0..<1000).map { Recipients(count: 100).user(of: $0) } == (0..<1000).map { recipients.user(of: $0) })
        #expect(Recipients(count: 1).user(of: 12_345) == "user-0")
    }
}
