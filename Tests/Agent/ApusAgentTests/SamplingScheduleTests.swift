import ApusAgent
import Testing

@Suite struct SamplingScheduleTests {
    @Test func `turns keep to the grid, however late each one is`() {
        var schedule = SamplingSchedule(start: 1000, interval: 100)
        expectTurn(&schedule, at: 1000, late: false)
        #expect(schedule.next == 1100)
        expectTurn(&schedule, at: 1109, late: false)
        #expect(schedule.next == 1200)
        expectTurn(&schedule, at: 1250, late: true)
        #expect(schedule.next == 1300)
    }

    @Test func `turns that were missed altogether are left out, not made up for`() {
        var schedule = SamplingSchedule(start: 0, interval: 100)
        _ = schedule.turn(at: 0)
        expectTurn(&schedule, at: 1050, late: true)
        #expect(schedule.next == 1100)
    }

    @Test func `a turn that ends on the grid is followed by a whole interval`() {
        var schedule = SamplingSchedule(start: 0, interval: 100)
        _ = schedule.turn(at: 100)
        #expect(schedule.next == 200)
    }

    private func expectTurn(_ schedule: inout SamplingSchedule, at now: UInt64, late: Bool) {
        let isLate = schedule.turn(at: now)
        #expect(isLate == late)
    }
}
