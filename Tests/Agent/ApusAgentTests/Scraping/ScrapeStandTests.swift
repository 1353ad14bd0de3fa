import ApusAgent
import Testing

@Suite struct ScrapeStandTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `scrapes that come close together share one fetch`() {
        var stand = ScrapeStand()
        #expect(stand.step(at: 0) == .fetchAndWait)
        stand.succeed(at: 10)
        #expect(stand.step(at: 49_000_000) == .nothing)
        #expect(stand.step(at: 50_000_010) == .fetchAndWait)
        // What failed at once is shared as well, and waited for again.
        stand.fail(isLate: false, at: Self.second, random: 1)
        #expect(stand.step(at: Self.second + 1) == .nothing)
        #expect(stand.step(at: Self.second * 2) == .fetchAndWait)
    }

    @Test func `a page that took too long is asked in the background, in pauses that grow`() {
        var stand = ScrapeStand()
        var now: UInt64 = 0
        for pause in [1, 2, 4, 8, 16, 30, 30] as [UInt64] {
            stand.fail(isLate: true, at: now, random: 1)
            #expect(!stand.isWaitedFor)
            #expect(stand.step(at: now + pause * Self.second - 1) == .nothing)
            now += pause * Self.second
            #expect(stand.step(at: now) == .fetch)
        }
        stand.succeed(at: now)
        #expect(stand.isWaitedFor && stand.step(at: now + Self.second) == .fetchAndWait)
    }

    @Test func `one that is quick now and then holds up as few scrapes as one that never is`() {
        var stand = ScrapeStand()
        var waits = 0
        // A scrape each second for ten minutes: whenever it is asked in the background it is quick, whenever it is waited for it hangs.
        for second in 0..<600 as Range<UInt64> {
            let now = second * Self.second
            switch stand.step(at: now) {
            case .nothing: break
            case .fetch: stand.succeed(at: now)
            case .fetchAndWait:
                waits += 1
                stand.fail(isLate: true, at: now, random: 1)
            }
        }
        #expect(waits < 30)
    }

    @Test func `after ten quick answers the pauses are short again`() {
        var stand = ScrapeStand()
        for _ in 0..<5 { stand.fail(isLate: true, at: 0, random: 1) }
        for number in 1...10 as ClosedRange<UInt64> { stand.succeed(at: number * Self.second) }
        stand.fail(isLate: true, at: 20 * Self.second, random: 1)
        #expect(stand.step(at: 21 * Self.second) == .fetch)
    }
}
