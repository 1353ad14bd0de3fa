package import ApusHTTP
package import ApusLimits
package import NIOCore
import Synchronization

/// The scrapes that may be under way at a time, shared out between peers.
///
/// A scrape whose client takes nothing for a while gives way to a new one: of the peer that has the most, the slowest.
package final class ScrapeTickets: Sendable {
    package typealias Identifier = UInt64

    private struct Holder {
        let peer: ConnectionPeer
        /// When the client took something last.
        var progress: NIODeadline
        let cut: @Sendable () -> Void
    }

    private struct State {
        var holders: [Identifier: Holder] = [:]
        var last: Identifier = 0
    }

    private let limit: Int
    private let share: Int
    private let slowness: TimeAmount
    private let state = Mutex(State())

    /// - Parameter slowness: how long a client may take nothing before its scrape can give way.
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
    /// - Returns: nil when as many are under way as may be, and none of them is slow.
    package func take(_ peer: ConnectionPeer, at now: NIODeadline, cut: @escaping @Sendable () -> Void) -> ScrapeTicket? {
        let (ticket, victim) = state.withLock { state -> (ScrapeTicket?, Holder?) in
            var held: [ConnectionPeer: Int] = [:]
            for holder in state.holders.values { held[holder.peer, default: 0] += 1 }
            let isAtShare = held[peer, default: 0] >= share
            var victim: Holder?
            if isAtShare || state.holders.count >= limit {
                let slow = state.holders.filter { (!isAtShare || $0.value.peer == peer) && now - $0.value.progress >= slowness }
                let found = slow.max { one, other in
                    let holds = (held[one.value.peer, default: 0], held[other.value.peer, default: 0])
                    return holds.0 == holds.1 ? one.value.progress > other.value.progress : holds.0 < holds.1
                }
                guard let found else { return (nil, nil) }
                victim = state.holders.removeValue(forKey: found.key)
            }
            state.last += 1
            state.holders[state.last] = Holder(peer: peer, progress: now, cut: cut)
            return (ScrapeTicket(self, state.last), victim)
        }
        victim?.cut()
        return ticket
    }

    fileprivate func advance(_ identifier: Identifier, at now: NIODeadline) {
        state.withLock { $0.holders[identifier]?.progress = now }
    }

    fileprivate func giveBack(_ identifier: Identifier) {
        // What it holds may hold a ticket in turn: let go without the lock.
        _ = state.withLock { $0.holders.removeValue(forKey: identifier) }
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

    /// Notes that the client has taken something.
    package func advance(at now: NIODeadline) { tickets.advance(identifier, at: now) }

    deinit { tickets.giveBack(identifier) }
}
