import AgentMetrics
import ApusProbes
import Testing

private func id(_ number: Int, _ kind: ProbeKind = .tcp) -> ProbeID {
    ProbeID(identity: InstanceIdentity(service: "s", instance: "i\(number)"), kind: kind)
}

/// When probes are asked: a value, with no clock.
@Suite struct ProbeScheduleTests {
    private static let second: UInt64 = 1_000_000_000

    private func schedule(_ number: Int, start: UInt64, interval: Duration = .seconds(15)) -> ProbeSchedule {
        ProbeSchedule(of: id(number), interval: interval, start: start, spread: .seconds(2))
    }

    @Test func `each is asked once within two seconds, or within its interval where that is shorter`() {
        for number in 0..<256 {
            let start = 1000 * Self.second
            let usual: UInt64 = schedule(number, start: start).next
            let short: UInt64 = schedule(number, start: start, interval: .seconds(1)).next
            #expect(usual >= start && usual - start < 2_000_000_000)
            #expect(short >= start && short - start < 1_000_000_000)
        }
    }

    @Test func `turns are at multiples of the interval, however late they come`() {
        var schedule = schedule(1, start: 1000 * Self.second)
        schedule.turn(at: schedule.next)
        let first = schedule.next
        for turn in 1...100 {
            let late = UInt64.random(in: 0..<14_000_000_000)
            schedule.turn(at: schedule.next + late)
            let expected: UInt64 = first + UInt64(turn) * 15_000_000_000
            #expect(schedule.next == expected)
        }
    }

    @Test func `turns that were missed are left out`() {
        var schedule = schedule(1, start: 1000 * Self.second)
        schedule.turn(at: schedule.next)
        let first = schedule.next
        schedule.turn(at: first + 100 * Self.second)
        #expect(schedule.next == first + 105 * Self.second)
    }

    @Test func `from the first attempt to the second are half an interval to one and a half`() {
        for number in 0..<256 {
            var schedule = schedule(number, start: 12_345 * Self.second)
            let first = schedule.next
            schedule.turn(at: first)
            let gap: UInt64 = schedule.next - first
            let (least, most): (UInt64, UInt64) = (Self.second * 15 / 2, Self.second * 45 / 2 + 1)
            #expect(gap >= least && gap <= most)
        }
    }

    @Test func `probes are spread over the interval, and each has the same place at every start`() {
        var seconds = [Int](repeating: 0, count: 15)
        for number in 0..<256 {
            var one = schedule(number, start: 1000 * Self.second)
            var other = schedule(number, start: 1003 * Self.second)
            for _ in 0..<3 { one.turn(at: one.next) }
            for _ in 0..<3 { other.turn(at: other.next) }
            let apart: UInt64 = max(one.next, other.next) - min(one.next, other.next)
            let rest: UInt64 = apart % (Self.second * 15)
            #expect(rest == 0)
            seconds[Int(one.next / Self.second % 15)] += 1
        }
        // 17 in each on average.
        #expect(seconds.allSatisfy { (4...40).contains($0) }, "\(seconds)")
    }

    @Test func `kinds of one identity have places of their own`() {
        let places = Set(
            ProbeKind.allCases.map {
                ProbeSchedule(of: id(1, $0), interval: .seconds(15), start: 0, spread: .seconds(2)).next
            })
        #expect(places.count == ProbeKind.allCases.count)
    }
}

/// Who may be asked now: a value, with no clock.
@Suite struct ProbePlacesTests {
    @Test func `who waits for longest is asked first, as many as there are places`() {
        var places = ProbePlaces(most: 2)
        for number in 1...4 { places.join(number, wasLate: false) }
        #expect([places.admit(), places.admit(), places.admit()] == [1, 2, nil])
        places.leave(2)
        #expect([places.admit(), places.admit()] == [3, nil])
    }

    @Test func `those that were late leave a quarter of the places to the others`() {
        var places = ProbePlaces(most: 4)
        for number in 1...10 { places.join(number, wasLate: true) }
        #expect((0..<4).map { _ in places.admit() } == [1, 2, 3, nil])
        places.join(11, wasLate: false)
        #expect([places.admit(), places.admit()] == [11, nil])
        places.leave(11)
        #expect(places.admit() == nil)
        places.leave(1)
        #expect(places.admit() == 4)
    }

    @Test func `who waits no more takes no place`() {
        var places = ProbePlaces(most: 1)
        places.join(1, wasLate: false)
        places.join(2, wasLate: false)
        places.leave(1)
        #expect([places.admit(), places.admit()] == [2, nil])
    }
}
