package import NIOCore

/// Where a connection is between two requests.
package enum ConnectionPhase: Sendable {
    /// No byte of a request has come.
    case idle
    /// A part of a request has come.
    case receiving
    /// The request is whole, and the server is at work on it.
    case working
    /// A part of the answer is on its way to the client.
    case sending
}

/// Decides which connections a server holds: a pure value that takes events and returns decisions.
///
/// A new connection is admitted for as long as another one is idle, unfinished or stalled: that one goes. Where a choice is left, the
/// peer that holds the most pays, with its oldest. Past all places there is a reserve, whose connections may ask for a server's
/// health and nothing else.
package struct ConnectionPlaces: Sendable {
    package typealias Identifier = UInt64

    package enum Decision: Equatable, Sendable {
        case place(Identifier)
        case reserve(Identifier)
        case refused
    }

    private struct Entry {
        let peer: ConnectionPeer
        let isReserved: Bool
        var phase = ConnectionPhase.idle
        /// When the phase began; of one that sends, when the client took something last.
        var since: NIODeadline
    }

    private let places: Int
    private let share: Int
    private let reserve: Int
    private let stall: TimeAmount
    private var entries: [Identifier: Entry] = [:]
    private var held: [ConnectionPeer: Int] = [:]
    private var reserved = 0
    private var last: Identifier = 0

    /// - Parameters:
    ///   - places: connections at a time.
    ///   - share: connections of one peer at a time.
    ///   - reserve: connections past the places, for questions about health.
    ///   - stall: how long a client may take nothing of its answer before its place can be given to another.
    package init(places: Int, share: Int, reserve: Int, stall: TimeAmount) {
        self.places = max(1, places)
        self.share = max(1, min(share, places))
        self.reserve = reserve
        self.stall = stall
    }

    package var count: Int { entries.count }

    /// Admits a connection.
    ///
    /// - Returns: what becomes of it, and the connection that goes in its favour.
    package mutating func admit(
        _ peer: ConnectionPeer, at now: NIODeadline
    ) -> (decision: Decision, victim: (Identifier, ConnectionCut)?) {
        if held[peer, default: 0] >= share {
            return exchange(peer, .share, isReserved: false, at: now) { $0.peer == peer && !$0.isReserved }
        }
        if entries.count - reserved >= places {
            return exchange(peer, .full, isReserved: false, at: now) { !$0.isReserved }
        }
        return (.place(add(peer, isReserved: false, at: now)), nil)
    }

    private mutating func exchange(
        _ peer: ConnectionPeer, _ reason: ConnectionCutReason, isReserved: Bool, at now: NIODeadline, among: (Entry) -> Bool
    ) -> (decision: Decision, victim: (Identifier, ConnectionCut)?) {
        if let victim = take(reason, at: now, among: among) {
            let identifier = add(peer, isReserved: isReserved, at: now)
            return (isReserved ? .reserve(identifier) : .place(identifier), victim)
        }
        if isReserved { return (.refused, nil) }
        if reserved < reserve { return (.reserve(add(peer, isReserved: true, at: now)), nil) }
        return exchange(peer, .full, isReserved: true, at: now) { $0.isReserved }
    }

    private mutating func add(_ peer: ConnectionPeer, isReserved: Bool, at now: NIODeadline) -> Identifier {
        last += 1
        entries[last] = Entry(peer: peer, isReserved: isReserved, since: now)
        if isReserved { reserved += 1 } else { held[peer, default: 0] += 1 }
        return last
    }

    /// Gives up a connection for its descriptor.
    package mutating func giveWay(at now: NIODeadline) -> (Identifier, ConnectionCut)? {
        take(.descriptors, at: now) { !$0.isReserved }
    }

    private mutating func take(
        _ reason: ConnectionCutReason, at now: NIODeadline, among: (Entry) -> Bool
    ) -> (Identifier, ConnectionCut)? {
        var best: (identifier: Identifier, entry: Entry)?
        for (identifier, entry) in entries where among(entry) && canGo(entry, at: now) {
            if let found = best, !goesBefore((identifier, entry), found) { continue }
            best = (identifier, entry)
        }
        guard let best else { return nil }
        remove(best.identifier)
        return (best.identifier, ConnectionCut(peer: best.entry.peer, reason: reason))
    }

    private func canGo(_ entry: Entry, at now: NIODeadline) -> Bool {
        switch entry.phase {
        case .idle, .receiving: true
        case .working: false
        case .sending: now - entry.since >= stall
        }
    }

    private func goesBefore(
        _ one: (identifier: Identifier, entry: Entry), _ other: (identifier: Identifier, entry: Entry)
    ) -> Bool {
        let sends = (one.entry.phase == .sending, other.entry.phase == .sending)
        if sends.0 != sends.1 { return sends.1 }
        let holds = (held[one.entry.peer, default: 0], held[other.entry.peer, default: 0])
        if holds.0 != holds.1 { return holds.0 > holds.1 }
        return (one.entry.since, one.identifier) < (other.entry.since, other.identifier)
    }

    package mutating func enter(_ phase: ConnectionPhase, _ identifier: Identifier, at now: NIODeadline) {
        entries[identifier]?.phase = phase
        entries[identifier]?.since = now
    }

    package mutating func remove(_ identifier: Identifier) {
        guard let entry = entries.removeValue(forKey: identifier) else { return }
        if entry.isReserved { return reserved -= 1 }
        let left = held[entry.peer, default: 1] - 1
        held[entry.peer] = left == 0 ? nil : left
    }
}
