import ApusAgent
import ApusHTTP
import NIOCore
import Synchronization
import Testing

@Suite struct ScrapeTicketsTests {
    private final class Cuts: Sendable {
        private let names = Mutex<[String]>([])
        var all: [String] { names.withLock { $0 } }
        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    private let cuts = Cuts()
    private let tickets = ScrapeTickets(limit: 3, share: 2, slowness: .milliseconds(500))

    private func take(_ peer: ConnectionPeer, _ name: String, at milliseconds: Int64) -> ScrapeTicket? {
        tickets.take(peer, at: Self.time(milliseconds)) { [cuts] in cuts.add(name) }
    }

    private static func time(_ milliseconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(1_000_000_000) + .milliseconds(milliseconds)
    }

    @Test func `a scrape whose client keeps it waiting gives way to a new one, the one that has waited the longest first`() {
        let held = [take(.ipv4(1), "a", at: 0), take(.ipv4(2), "b", at: 0), take(.ipv4(3), "c", at: 0)]
        held[1]?.wait(at: Self.time(100))
        held[1]?.wait(at: Self.time(900))
        held[2]?.wait(at: Self.time(300))
        let next = take(.ipv4(4), "d", at: 1000)
        #expect(next != nil)
        #expect(cuts.all == ["b"])
    }

    @Test func `where nobody keeps a scrape waiting the new one is turned away, and comes in once one has ended`() {
        var held = [take(.ipv4(1), "a", at: 0), take(.ipv4(2), "b", at: 0), take(.ipv4(3), "c", at: 0)]
        held[0]?.wait(at: Self.time(0))
        held[0]?.advance()
        held[1]?.wait(at: Self.time(9900))
        #expect(take(.ipv4(4), "d", at: 10_000) == nil)
        held.removeLast()
        #expect(take(.ipv4(4), "d", at: 10_000) != nil)
        #expect(cuts.all.isEmpty)
        #expect(held.count == 2)
    }

    @Test func `a peer at its share has nobody but itself to give way`() {
        let held = [take(.ipv4(1), "a", at: 0), take(.ipv4(1), "b", at: 1), take(.ipv4(2), "c", at: 0)]
        held[2]?.wait(at: Self.time(0))
        #expect(take(.ipv4(1), "d", at: 400) == nil)
        held[1]?.wait(at: Self.time(300))
        let next = take(.ipv4(1), "d", at: 900)
        #expect(next != nil)
        #expect(cuts.all == ["b"])
        #expect(held.count == 3)
    }

    @Test func `of those who wait the peer with the most scrapes pays`() {
        let held = [take(.ipv4(2), "honest", at: 0), take(.ipv4(1), "a", at: 10), take(.ipv4(1), "b", at: 20)]
        for (place, ticket) in held.enumerated() { ticket?.wait(at: Self.time(Int64(place))) }
        let next = take(.ipv4(3), "c", at: 900)
        #expect(next != nil)
        #expect(cuts.all == ["a"])
        #expect(held.count == 3)
    }

    @Test func `who has more than a newcomer would have gives way to it, though nobody waits`() {
        let held = [take(.ipv4(1), "a", at: 0), take(.ipv4(1), "b", at: 1), take(.ipv4(2), "c", at: 0)]
        let next = take(.ipv4(3), "d", at: 2)
        #expect(next != nil)
        #expect(cuts.all == ["a"])
        // Everybody has one: to each newcomer the same is said.
        #expect(take(.ipv4(4), "e", at: 3) == nil)
        #expect(held.count == 3)
    }
}
