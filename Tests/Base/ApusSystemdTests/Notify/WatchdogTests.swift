import ApusSystemd
import Testing

@Suite struct WatchdogTests {
    @Test func `the manager's variables decide who pings, and how often`() throws {
        #expect(try Watchdog(microseconds: "30000000", process: "7", ownProcess: 7)?.timeout == .seconds(30))
        #expect(try Watchdog(microseconds: "30000000", process: nil, ownProcess: 7)?.timeout == .seconds(30))
        #expect(try Watchdog(microseconds: "30000000", process: "8", ownProcess: 7) == nil)
        #expect(try Watchdog(microseconds: nil, process: "7", ownProcess: 7) == nil)
        for value in ["", "0", "-1", "30s"] {
            #expect(throws: NotifyError.malformed(variable: "WATCHDOG_USEC", value: value)) {
                try Watchdog(microseconds: value, process: nil, ownProcess: 7)
            }
        }
        #expect(throws: NotifyError.malformed(variable: "WATCHDOG_PID", value: "me")) {
            try Watchdog(microseconds: "1", process: "me", ownProcess: 7)
        }
    }

    @Test func `a loop that does not turn gets no ping`() {
        var watchdog = Watchdog(timeout: .seconds(20))
        func isDue(_ turns: UInt64, _ second: Int) -> Bool { watchdog.isPingDue(turns: turns, at: .seconds(second)) }
        #expect(!isDue(0, 0))
        #expect(!isDue(0, 5))
        #expect(isDue(1, 10))
        // Hung from here on.
        for second in 11...100 { #expect(!isDue(1, second)) }
        #expect(isDue(2, 101))
    }

    @Test(arguments: [1, 100, 3000, 5000, 7000, 9900, 10_000], [true, false])
    func `a turning loop is never taken for hung, and pings at most once per quarter`(turn: Int, byTimer: Bool) {
        var watchdog = Watchdog(timeout: .seconds(20))
        #expect(watchdog.allows(turn: .milliseconds(turn)))
        let look = byTimer ? Int(watchdog.lookInterval / .milliseconds(1)) : turn
        var (last, longest, shortest) = (0, 0, Int.max)
        for now in stride(from: look, through: 1_000_000, by: look)
        where watchdog.isPingDue(turns: UInt64(now / turn), at: .milliseconds(now)) {
            longest = max(longest, now - last)
            if last > 0 { shortest = min(shortest, now - last) }
            last = now
        }
        #expect(max(longest, 1_000_000 - last) <= 15_000)
        #expect(shortest >= 4500)
    }

    @Test func `turns longer than half of the timeout are not allowed`() {
        #expect(!Watchdog(timeout: .seconds(20)).allows(turn: .milliseconds(10_001)))
    }
}
