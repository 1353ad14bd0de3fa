import ApusLimits
import Testing

@Suite struct LogThrottleTests {
    private let start = ContinuousClock.now

    @Test func `writes a burst and then one line in a while, with the number of those left out`() {
        let throttle = LogThrottle<Int>(pause: .seconds(60), burst: 3)
        #expect((0..<5).map { _ in throttle.admit(1000, at: start) } == [0, 0, 0, nil, nil])
        #expect(throttle.admit(1000, at: start + .seconds(59)) == nil)
        #expect(throttle.admit(1000, at: start + .seconds(61)) == 3)
        #expect(throttle.admit(1000, at: start + .seconds(62)) == nil)
    }

    @Test func `one key takes nothing from another`() {
        let throttle = LogThrottle<Int>(burst: 1)
        #expect(throttle.admit(1, at: start) == 0)
        #expect(throttle.admit(1, at: start) == nil)
        #expect(throttle.admit(2, at: start) == 0)
    }

    @Test func `keys that are invented share one allowance, and a known key keeps its own`() {
        let throttle = LogThrottle<Int>(pause: .seconds(60), burst: 2, mostKeys: 10)
        #expect(throttle.admit(-1, at: start) == 0)
        let written = (0..<10_000).filter { throttle.admit($0, at: start) != nil }
        #expect(written.count == 9 + 2)
        #expect(throttle.admit(-1, at: start) == OmittedLines(own: 0, others: 10_000 - written.count))
    }

    @Test func `keys that were quiet for long make room`() {
        let throttle = LogThrottle<Int>(pause: .seconds(1), burst: 1, mostKeys: 2)
        for key in 0..<2 { _ = throttle.admit(key, at: start) }
        let later = start + .seconds(10)
        #expect((10..<12).map { throttle.admit($0, at: later) } == [0, 0])
    }

    @Test func `keys that were over their allowance make room once they could write again, and are told of as others`() {
        let throttle = LogThrottle<Int>(pause: .seconds(1), burst: 1, mostKeys: 2)
        for key in [0, 1, 0, 1, 1] { _ = throttle.admit(key, at: start) }
        let later = start + .seconds(10)
        #expect(throttle.admit(10, at: later) == OmittedLines(own: 0, others: 3))
        #expect(throttle.admit(11, at: later) == 0)
    }

    @Test func `no line tells what another key left out as its own`() {
        let throttle = LogThrottle<Int>(pause: .seconds(60), burst: 1, mostKeys: 1)
        _ = throttle.admit(1, at: start)
        #expect((0..<4).map { _ in throttle.admit(2, at: start) } == [0, nil, nil, nil])
        let told = throttle.admit(3, at: start + .seconds(59) + .seconds(1))
        #expect(told == OmittedLines(own: 0, others: 3))
        #expect(told.map { "\($0)" } == "0, and 3 of others")
    }

    @Test func `all keys together write what twenty may`() {
        let throttle = LogThrottle<Int>(pause: .seconds(60), burst: 5)
        func written(at time: ContinuousClock.Instant) -> Int {
            (0..<260).flatMap { key in (0..<5).map { _ in throttle.admit(key, at: time) } }.count { $0 != nil }
        }
        #expect(written(at: start) == 100)
        #expect(written(at: start + .seconds(60)) == 20)
    }

    @Test func `a clock that goes back gives no lines`() {
        let throttle = LogThrottle<Int>(burst: 1)
        #expect(throttle.admit(1, at: start) == 0)
        #expect(throttle.admit(1, at: start - .seconds(3600)) == nil)
        #expect(throttle.admit(1, at: start + .seconds(1)) == nil)
    }
}
