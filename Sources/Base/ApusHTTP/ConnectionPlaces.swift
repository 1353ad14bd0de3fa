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

    /// The connections that share a bound, in the order in which they would go.
    private struct Line {
        var held = 0
        /// Idle and unfinished ones, the oldest first. Who has gone on since is still there, with the time that it had then.
        private var unfinished = CircularBuffer<(Identifier, NIODeadline)>()
        /// Ones that send, those first whose client took nothing for the longest; likewise.
        private var sending = CircularBuffer<(Identifier, NIODeadline)>()

        mutating func note(
            _ phase: ConnectionPhase, _ identifier: Identifier, at now: NIODeadline, _ entries: [Identifier: Entry]
        ) {
            switch phase {
            case .idle, .receiving: unfinished.append((identifier, now))
            case .sending: sending.append((identifier, now))
            case .working: break
            }
            guard unfinished.count + sending.count > 4 * held + 16 else { return }
            unfinished.removeAll { !Self.waits($0, entries, isSending: false) }
            sending.removeAll { !Self.waits($0, entries, isSending: true) }
        }

        private static func waits(_ wait: (Identifier, NIODeadline), _ entries: [Identifier: Entry], isSending: Bool) -> Bool {
            guard let entry = entries[wait.0], entry.since == wait.1, entry.phase != .working else { return false }
            return (entry.phase == .sending) == isSending
        }

        mutating func firstUnfinished(_ entries: [Identifier: Entry]) -> (Identifier, NIODeadline)? {
            while let first = unfinished.first, !Self.waits(first, entries, isSending: false) { unfinished.removeFirst() }
            return unfinished.first
        }

        /// The one whose client has taken nothing for the longest time, since a time or longer.
        mutating func firstStalled(since time: NIODeadline, _ entries: [Identifier: Entry]) -> (Identifier, NIODeadline)? {
            while let first = sending.first, !Self.waits(first, entries, isSending: true) { sending.removeFirst() }
            return sending.first.flatMap { $0.1 <= time ? $0 : nil }
        }

        mutating func first(stalledSince time: NIODeadline, _ entries: [Identifier: Entry]) -> Identifier? {
            (firstUnfinished(entries) ?? firstStalled(since: time, entries))?.0
        }
    }

    private let places: Int
    private let share: Int
    private let reserve: Int
    private let stall: TimeAmount
    private var entries: [Identifier: Entry] = [:]
    private var lines: [ConnectionPeer: Line] = [:]
    /// The connections of the reserve, whosever they are.
    private var reserved = Line()
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
        if lines[peer]?.held ?? 0 >= share {
            return exchange(peer, .share, for: lines[peer]?.first(stalledSince: now - stall, entries), at: now)
        }
        if entries.count - reserved.held >= places { return exchange(peer, .full, for: greediest(at: now), at: now) }
        return (.place(add(peer, isReserved: false, at: now)), nil)
    }

    private mutating func exchange(
        _ peer: ConnectionPeer, _ reason: ConnectionCutReason, for victim: Identifier?, at now: NIODeadline
    ) -> (decision: Decision, victim: (Identifier, ConnectionCut)?) {
        if let victim = take(victim, reason) { return (.place(add(peer, isReserved: false, at: now)), victim) }
        if reserved.held < reserve { return (.reserve(add(peer, isReserved: true, at: now)), nil) }
        guard let victim = take(reserved.first(stalledSince: now - stall, entries), .full) else { return (.refused, nil) }
        return (.reserve(add(peer, isReserved: true, at: now)), victim)
    }

    private mutating func add(_ peer: ConnectionPeer, isReserved: Bool, at now: NIODeadline) -> Identifier {
        last += 1
        entries[last] = Entry(peer: peer, isReserved: isReserved, since: now)
        if isReserved { reserved.held += 1 } else { lines[peer, default: Line()].held += 1 }
        note(last)
        return last
    }

    /// Gives up a connection for its descriptor.
    package mutating func giveWay(at now: NIODeadline) -> (Identifier, ConnectionCut)? {
        take(greediest(at: now), .descriptors)
    }

    private mutating func take(_ identifier: Identifier?, _ reason: ConnectionCutReason) -> (Identifier, ConnectionCut)? {
        guard let identifier, let peer = entries[identifier]?.peer else { return nil }
        remove(identifier)
        return (identifier, ConnectionCut(peer: peer, reason: reason))
    }

    /// The connection that goes for anybody's sake: the oldest one of the peer that holds the most.
    private mutating func greediest(at now: NIODeadline) -> Identifier? {
        greediest { $0.firstUnfinished($1) } ?? greediest { [stall] in $0.firstStalled(since: now - stall, $1) }
    }

    private mutating func greediest(
        _ first: (inout Line, [Identifier: Entry]) -> (Identifier, NIODeadline)?
    ) -> Identifier? {
        var best: (identifier: Identifier, held: Int, since: NIODeadline)?
        for index in lines.values.indices {
            guard let (identifier, since) = first(&lines.values[index], entries) else { continue }
            let held = lines.values[index].held
            if let best, (-held, since, identifier) >= (-best.held, best.since, best.identifier) { continue }
            best = (identifier, held, since)
        }
        return best?.identifier
    }

    package mutating func enter(_ phase: ConnectionPhase, _ identifier: Identifier, at now: NIODeadline) {
        guard entries[identifier] != nil else { return }
        entries[identifier]?.phase = phase
        entries[identifier]?.since = now
        note(identifier)
    }

    private mutating func note(_ identifier: Identifier) {
        guard let entry = entries[identifier] else { return }
        if entry.isReserved {
            reserved.note(entry.phase, identifier, at: entry.since, entries)
        } else {
            lines[entry.peer]?.note(entry.phase, identifier, at: entry.since, entries)
        }
    }

    package mutating func remove(_ identifier: Identifier) {
        guard let entry = entries.removeValue(forKey: identifier) else { return }
        if entry.isReserved { return reserved.held -= 1 }
        lines[entry.peer]?.held -= 1
        if lines[entry.peer]?.held == 0 { lines[entry.peer] = nil }
    }
}
