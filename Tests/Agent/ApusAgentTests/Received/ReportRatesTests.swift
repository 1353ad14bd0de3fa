import ApusAgent
import ApusHTTP
import Testing

@Suite struct ReportRatesTests {
    private let one = ConnectionPeer.localUser(1000)
    private let other = ConnectionPeer.localUser(2000)

    @Test func `a burst passes, then so much a second, and nobody pays for another`() {
        var rates = ReportRates(perSecond: 100, burst: 300)
        #expect(rates.take(200, of: one, at: 0) == nil)
        #expect(rates.take(100, of: one, at: 0) == nil)
        #expect(rates.take(100, of: one, at: 0) == 1)
        #expect(rates.take(250, of: one, at: 0) == 3)
        #expect(rates.take(300, of: other, at: 0) == nil)
        #expect(rates.take(100, of: one, at: 999_000_000) == 1)
        #expect(rates.take(100, of: one, at: 1_000_000_000) == nil)
        // A pause gives no more than a burst.
        #expect(rates.take(300, of: one, at: 3_600_000_000_000) == nil)
        #expect(rates.take(1, of: one, at: 3_600_000_000_000) == 1)
    }

    @Test func `what is larger than a burst passes in place of one`() {
        var rates = ReportRates(perSecond: 100, burst: 300)
        #expect(rates.take(1000, of: one, at: 0) == nil)
        #expect(rates.take(1000, of: one, at: 0) == 3)
    }

    @Test func `peers that come and go take no more than their places, and who used most is remembered`() {
        var rates = ReportRates(perSecond: 1, burst: 300, mostPeers: 10)
        #expect(rates.take(300, of: one, at: 0) == nil)
        for number in 0..<1000 { _ = rates.take(1, of: .localUser(UInt32(3000 + number)), at: 1) }
        #expect(rates.peers <= 10)
        #expect(rates.take(300, of: one, at: 2) == 300)
    }
}
