import ApusHTTP
import NIOCore
import Testing

@Suite struct ConnectionPlacesTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func places(places: Int = 4, share: Int = 3, reserve: Int = 1) -> ConnectionPlaces {
        ConnectionPlaces(places: places, share: share, reserve: reserve, stall: .seconds(1))
    }

    private static func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    @Test func `a peer past its share loses its own oldest`() {
        var places = Self.places()
        for second in 0..<3 { _ = places.admit(.ipv4(1), at: Self.after(Int64(second))) }
        let (decision, victim) = places.admit(.ipv4(1), at: Self.after(3))
        #expect(decision == .place(4))
        #expect(victim?.0 == 1)
        #expect(victim?.1 == ConnectionCut(peer: .ipv4(1), reason: .share))
        #expect(places.count == 3)
    }

    @Test func `with all places taken the peer that holds the most loses its oldest, whether idle or unfinished`() {
        var places = Self.places()
        _ = places.admit(.ipv4(9), at: Self.after(0))
        for second in 1..<4 { _ = places.admit(.ipv4(1), at: Self.after(Int64(second))) }
        places.enter(.receiving, 2, at: Self.after(9))
        let (decision, victim) = places.admit(.user(1000), at: Self.after(10))
        #expect(decision == .place(5))
        #expect(victim?.0 == 3)
        #expect(victim?.1 == ConnectionCut(peer: .ipv4(1), reason: .full))
    }

    @Test func `a connection that is being answered stays while an idle one is there`() {
        var places = Self.places(places: 2, share: 2)
        _ = places.admit(.ipv4(1), at: Self.after(0))
        places.enter(.sending, 1, at: Self.after(0))
        _ = places.admit(.ipv4(1), at: Self.after(100))
        #expect(places.admit(.ipv4(2), at: Self.after(101)).victim?.0 == 2)
    }

    @Test func `a client that takes nothing of its answer loses its place, one that takes it does not`() {
        var places = Self.places(places: 2, share: 2)
        for identifier in 1...2 {
            _ = places.admit(.ipv4(UInt32(identifier)), at: Self.after(0))
            places.enter(.sending, UInt64(identifier), at: Self.after(0))
        }
        places.enter(.sending, 1, at: Self.after(5))
        #expect(places.admit(.ipv4(3), at: Self.after(5)).victim?.0 == 2)
    }

    @Test func `work in progress is never cut, and what comes meanwhile may ask for health`() {
        var places = Self.places(places: 2, share: 2, reserve: 1)
        for identifier in 1...2 {
            _ = places.admit(.ipv4(1), at: Self.after(0))
            places.enter(.working, UInt64(identifier), at: Self.after(0))
        }
        #expect(places.admit(.ipv4(1), at: Self.after(60)).decision == .reserve(3))
        // The reserve gives its place to the next one as well, until it works.
        let (decision, victim) = places.admit(.ipv4(2), at: Self.after(61))
        #expect(decision == .reserve(4))
        #expect(victim?.0 == 3)
        places.enter(.working, 4, at: Self.after(61))
        #expect(places.admit(.ipv4(3), at: Self.after(62)).decision == .refused)
        places.remove(4)
        #expect(places.admit(.ipv4(3), at: Self.after(63)).decision == .reserve(5))
    }

    @Test func `a place that is given back is free, for its peer too`() {
        var places = Self.places(places: 2, share: 1)
        _ = places.admit(.ipv4(1), at: Self.after(0))
        places.remove(1)
        places.remove(1)
        #expect(places.admit(.ipv4(1), at: Self.after(1)).victim == nil)
        #expect(places.count == 1)
    }

    @Test func `for its descriptor an unfinished connection is given up, one that is served is not`() {
        var places = Self.places()
        _ = places.admit(.ipv4(1), at: Self.after(0))
        places.enter(.working, 1, at: Self.after(0))
        #expect(places.giveWay(at: Self.after(1)) == nil)
        _ = places.admit(.ipv4(1), at: Self.after(1))
        #expect(places.giveWay(at: Self.after(1))?.1.reason == .descriptors)
    }

    @Test(arguments: [
        ("10.0.0.7", "10.0.0.7"), ("::ffff:10.0.0.7", "10.0.0.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ])
    func `a peer is an IPv4 address or an IPv6 network`(address: String, peer: String) throws {
        let address = try SocketAddress(ipAddress: address, port: 1)
        #expect(ConnectionPeer(address)?.description == peer)
    }
}
