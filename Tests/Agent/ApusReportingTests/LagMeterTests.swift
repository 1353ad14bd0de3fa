import ApusReporting
import Testing

/// The measurement of one executor, with a clock of the test's own.
@Suite struct LagMeterTests {
    private static let second: UInt64 = 1_000_000_000

    /// A meter that an expectation may change.
    private final class Measurement {
        private var meter = LagMeter()

        var lag: UInt64 { meter.lag }
        var longest: UInt64 { meter.longest }

        func turn(at now: UInt64, outcome: ProbeOutcome, pause: UInt64) -> Bool {
            meter.turn(at: now, outcome: outcome, pause: pause)
        }
    }

    @Test func `the lag is the flight of the probe, or the age of one that waits, and no second one is posted meanwhile`() {
        let second = Self.second
        let meter = Measurement()
        #expect(meter.turn(at: 10 * second, outcome: .dropped, pause: 0))
        #expect(meter.lag == 0)
        #expect(meter.turn(at: 11 * second, outcome: .ran(at: 10 * second + 7), pause: 0))
        #expect(meter.lag == 7)
        #expect(!meter.turn(at: 12 * second, outcome: .waiting, pause: 0))
        #expect(meter.lag == second)
        #expect(!meter.turn(at: 13 * second, outcome: .waiting, pause: 0))
        #expect(meter.lag == 2 * second)
        #expect(meter.turn(at: 14 * second, outcome: .ran(at: 13 * second + 5), pause: 0))
        #expect(meter.lag == 2 * second + 5)
        #expect(meter.turn(at: 15 * second, outcome: .dropped, pause: 0))
        #expect(meter.lag == 0)
    }

    @Test func `the longest lag is remembered for sixty turns`() {
        let second = Self.second
        let meter = Measurement()
        var now = second
        _ = meter.turn(at: now, outcome: .dropped, pause: 0)
        func turn(lag: UInt64) {
            let posted = now
            now += second
            _ = meter.turn(at: now, outcome: .ran(at: posted + lag), pause: 0)
        }
        turn(lag: 900)
        for _ in 1..<LagMeter.window { turn(lag: 3) }
        #expect(meter.longest == 900)
        turn(lag: 3)
        #expect(meter.longest == 3)
    }

    @Test func `a pause of the whole process is no lag of an executor, neither of a probe that waits nor of one that ran`() {
        let second = Self.second
        let waiting = Measurement()
        _ = waiting.turn(at: second, outcome: .dropped, pause: 0)
        #expect(!waiting.turn(at: 62 * second, outcome: .waiting, pause: 60 * second))
        #expect(waiting.lag == second)
        #expect(!waiting.turn(at: 63 * second, outcome: .waiting, pause: 0))
        #expect(waiting.lag == 2 * second)

        let late = Measurement()
        _ = late.turn(at: second, outcome: .dropped, pause: 0)
        #expect(late.turn(at: 62 * second, outcome: .ran(at: 61 * second + 9), pause: 60 * second))
        #expect(late.lag == 9)

        let before = Measurement()
        _ = before.turn(at: second, outcome: .dropped, pause: 0)
        #expect(before.turn(at: 62 * second, outcome: .ran(at: second + 9), pause: 60 * second))
        #expect(before.lag == 9)
    }

    @Test func `a pause is what a turn comes late by, from a second on`() {
        let second = Self.second
        var clock = TurnClock()
        let turns = [
            100 * second, 101 * second, 102 * second + second / 2, 110 * second + second / 2, 111 * second + second / 2,
        ]
        let pauses = turns.map { clock.turn(at: $0) }
        #expect(pauses == [0, 0, 0, 7 * second, 0])
    }

    @Test func `a probe that runs twice counts once, one that is thrown away is known`() {
        let flight = ProbeFlight()
        #expect(flight.outcome == .waiting)
        do {
            let ticket = ProbeFlight.Ticket(flight)
            ticket.land()
            let first = flight.outcome
            guard case .ran = first else {
                Issue.record("not run")
                return
            }
            ticket.land()
            #expect(flight.outcome == first)
        }
        guard case .ran = flight.outcome else {
            Issue.record("not run")
            return
        }
        let lost = ProbeFlight()
        _ = ProbeFlight.Ticket(lost)
        #expect(lost.outcome == .dropped)
    }
}
