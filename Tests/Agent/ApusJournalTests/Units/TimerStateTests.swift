import ApusJournal
import Testing

/// When a timer triggers next, by the two clocks that systemd tells of, and when that should have been.
@Suite struct TimerStateTests {
    private let realtime = 1_764_000_000.0
    private let monotonic = 5000.0

    private func next(_ timer: TimerState) -> Double? { timer.next(at: realtime, monotonic: monotonic) }
    private func isMissed(_ timer: TimerState) -> Bool { timer.isMissed(at: realtime, monotonic: monotonic) }

    @Test func `the sooner of both clocks counts, and none is none`() {
        #expect(next(TimerState()) == nil)
        #expect(next(TimerState(nextTrigger: realtime + 7)) == realtime + 7)
        #expect(next(TimerState(nextMonotonic: 5030)) == realtime + 30)
        #expect(next(TimerState(nextTrigger: realtime + 7, nextMonotonic: 5030)) == realtime + 7)
        #expect(next(TimerState(nextTrigger: realtime + 70, nextMonotonic: 5030)) == realtime + 30)
    }

    /// A clock that was set, or a machine that slept, moves what is counted from an event with it.
    @Test func `what is counted from an event goes by the monotonic clock alone`() {
        let timer = TimerState(nextMonotonic: 5030)
        #expect(timer.next(at: realtime + 86_400, monotonic: 5000) == realtime + 86_430)
        #expect(!timer.isMissed(at: realtime + 86_400, monotonic: 5000))
    }

    @Test func `a trigger is missed once it is later than its accuracy allows`() {
        #expect(!isMissed(TimerState()))
        #expect(!isMissed(TimerState(nextTrigger: realtime - 64, accuracy: 60)))
        #expect(isMissed(TimerState(nextTrigger: realtime - 66, accuracy: 60)))
        #expect(isMissed(TimerState(nextTrigger: realtime - 6, accuracy: 0.000001)))
        #expect(isMissed(TimerState(nextMonotonic: 4900, accuracy: 60)))
        #expect(!isMissed(TimerState(nextTrigger: realtime - 4000, accuracy: 86_400)))
    }
}
