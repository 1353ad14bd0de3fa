import ApusAgent
import ApusHTTP
import Testing

@Suite struct RequestRatesTests {
    private static let second: UInt64 = 1_000_000_000
    private let one = ConnectionPeer.ipv4(1)
    private let other = ConnectionPeer.ipv4(2)

    @Test func `a peer has its burst, then one request an interval, and others have their own`() {
        var rates = RequestRates()
        let rate = WebConfiguration.RequestRate(interval: .seconds(1), burst: 3)
        func take(_ peer: ConnectionPeer, _ seconds: Double) -> Bool {
            rates.take(peer, of: rate, at: UInt64(seconds * Double(Self.second)))
        }
        let first = (0..<5).map { _ in take(one, 1) }
        #expect(first == [true, true, true, false, false])
        // Another peer; half an interval; a whole one, and nothing behind it; a long pause saves no more than a burst.
        let later = [take(other, 1), take(one, 1.5), take(one, 2.1), take(one, 2.1)]
        #expect(later == [true, false, true, false])
        let rested = (0..<4).map { _ in take(one, 1000) }
        #expect(rested == [true, true, true, false])
    }

    @Test func `without a burst nobody is answered`() {
        var rates = RequestRates()
        let isTaken = rates.take(one, of: .init(interval: .seconds(1), burst: 0), at: Self.second * 100)
        #expect(!isTaken)
    }
}
