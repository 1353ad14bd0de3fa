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

    @Test func `a slow scrape gives way to a new one, the slowest first`() {
        let held = [take(.ipv4(1), "a", at: 0), take(.ipv4(2), "b", at: 0), take(.ipv4(3), "c", at: 0)]
        held[0]?.advance(at: Self.time(800))
        held[2]?.advance(at: Self.time(300))
        let next = take(.ipv4(4), "d", at: 1000)
        #expect(next != nil)
        #expect(cuts.all == ["b"])
    }

    @Test func `where no scrape is slow the new one is turned away, and comes in once one has ended`() {
        var held = [take(.ipv4(1), "a", at: 0), take(.ipv4(2), "b", at: 0), take(.ipv4(3), "c", at: 0)]
        #expect(take(.ipv4(4), "d", at: 400) == nil)
        held.removeLast()
        #expect(take(.ipv4(4), "d", at: 400) != nil)
        #expect(cuts.all.isEmpty)
        #expect(held.count == 2)
    }

    @Test func `a peer at its share has nobody but itself to give way`() {
        let held = [take(.ipv4(1), "a", at: 0), take(.ipv4(1), "b", at: 1), take(.ipv4(2), "c", at: 0)]
        #expect(take(.ipv4(1), "d", at: 400) == nil)
        let next = take(.ipv4(1), "d", at: 900)
        #expect(next != nil)
        #expect(cuts.all == ["a"])
        #expect(held.count == 3)
    }

    @Test func `the peer with the most scrapes pays`() {
        let held = [take(.ipv4(2), "honest", at: 0), take(.ipv4(1), "a", at: 10), take(.ipv4(1), "b", at: 20)]
        let next = take(.ipv4(3), "c", at: 900)
        #expect(next != nil)
        #expect(cuts.all == ["a"])
        #expect(held.count == 3)
    }
}
