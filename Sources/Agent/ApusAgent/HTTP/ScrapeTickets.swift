package import ApusHTTP
import ApusLimits
package import NIOCore
import Synchronization

/// The scrapes that may be under way at a time, shared out between peers.
///
/// Where there is no place for a new one, a scrape gives way whose client has kept it waiting for a while, of the peer that has the most.
/// Where nobody does, a peer that has more than the newcomer's would have gives up its own.
package final class ScrapeTickets: Sendable {
    package typealias Identifier = UInt64

    private struct Holder {
        let identifier: Identifier
        let peer: ConnectionPeer
        /// Since when its client has taken nothing of what waits for it; nil while the agent is to blame.
        var waiting: NIODeadline?
        let cut: @Sendable () -> Void
    }

    private struct State {
        /// In the order of their coming.
        var holders: [Holder] = []
        var last: Identifier = 0

        func count(of peer: ConnectionPeer) -> Int { holders.count { $0.peer == peer } }
    }

    private let limit: Int
    private let share: Int
    private let slowness: TimeAmount
    private let state = Mutex(State())

    /// - Parameter slowness: how long a client may keep its scrape waiting before that can give way to one of the same peer.
    package init(
        limit: Int = EndpointLimits.scrapes.value, share: Int = EndpointLimits.scrapeShare.value,
        slowness: TimeAmount = .init(EndpointLimits.slowness.value)
    ) {
        self.limit = limit
        self.share = share
        self.slowness = slowness
    }

    /// Takes the right to one scrape.
    ///
    /// - Parameter cut: ends the scrape's connection when the scrape has to give way.
    /// - Returns: nil when as many are under way as may be, and none of them has to give way.
    package func take(_ peer: ConnectionPeer, at now: NIODeadline, cut: @escaping @Sendable () -> Void) -> ScrapeTicket? {
        let (ticket, victim) = state.withLock { state -> (ScrapeTicket?, Holder?) in
            var victim: Holder?
            if state.count(of: peer) >= share || state.holders.count >= limit {
                guard let place = self.victim(of: peer, in: state, at: now) else { return (nil, nil) }
                victim = state.holders.remove(at: place)
            }
            state.last += 1
            state.holders.append(Holder(identifier: state.last, peer: peer, cut: cut))
            return (ScrapeTicket(self, state.last), victim)
        }
        victim?.cut()
        return ticket
    }

    /// The place of the scrape that goes for one of a peer.
    private func victim(of peer: ConnectionPeer, in state: State, at now: NIODeadline) -> Int? {
        let held = Dictionary(state.holders.map { ($0.peer, 1) }, uniquingKeysWith: +)
        let own = held[peer, default: 0]
        // Whoever has the most, and of that the one that has waited the longest, or else has come first.
        func comesBefore(_ one: Int, _ other: Int) -> Bool {
            let (one, other) = (state.holders[one], state.holders[other])
            let holds = (held[one.peer, default: 0], held[other.peer, default: 0])
            if holds.0 != holds.1 { return holds.0 > holds.1 }
            return (one.waiting ?? .distantFuture, one.identifier) < (other.waiting ?? .distantFuture, other.identifier)
        }
        let candidates = state.holders.indices.filter { place in
            let holder = state.holders[place]
            let isWaiting = holder.waiting.map { now - $0 >= slowness } ?? false
            if holder.peer == peer { return isWaiting }
            return own < share && (isWaiting || held[holder.peer, default: 0] > own + 1)
        }
        return candidates.min(by: comesBefore)
    }

    fileprivate func wait(_ identifier: Identifier, at now: NIODeadline) {
        change(identifier) { $0.waiting = $0.waiting ?? now }
    }

    fileprivate func advance(_ identifier: Identifier) { change(identifier) { $0.waiting = nil } }

    private func change(_ identifier: Identifier, _ body: (inout Holder) -> Void) {
        state.withLock { state in
            guard let place = state.holders.firstIndex(where: { $0.identifier == identifier }) else { return }
            body(&state.holders[place])
        }
    }

    fileprivate func giveBack(_ identifier: Identifier) {
        // What it holds may hold a ticket in turn: let go without the lock.
        _ = state.withLock { state in
            state.holders.firstIndex { $0.identifier == identifier }.map { state.holders.remove(at: $0) }
        }
    }
}

/// The right to one of the scrapes that may be under way at a time; given back when it is let go.
package final class ScrapeTicket: Sendable {
    private let tickets: ScrapeTickets
    private let identifier: ScrapeTickets.Identifier

    fileprivate init(_ tickets: ScrapeTickets, _ identifier: ScrapeTickets.Identifier) {
        self.tickets = tickets
        self.identifier = identifier
    }

    /// Notes that the client has to take something before the scrape goes on.
    package func wait(at now: NIODeadline) { tickets.wait(identifier, at: now) }

    /// Notes that the client has taken something, and that it is the agent's turn.
    package func advance() { tickets.advance(identifier) }

    deinit { tickets.giveBack(identifier) }
}
