package import NIOCore
import Synchronization

/// The open connections of a server, and the decision who may open one more (``ConnectionPlaces``).
package final class ConnectionGate: Sendable {
    private struct Held {
        let peer: ConnectionPeer
        let close: @Sendable () -> Void
        var channel: (any Channel)?
    }

    private struct State {
        var places: ConnectionPlaces
        var held: [ConnectionPlaces.Identifier: Held] = [:]
    }

    private let state: Mutex<State>
    private let cut: @Sendable (ConnectionCut) -> Void

    /// - Parameter cut: is told of each connection that the server closes of its own accord, on any thread.
    package init(_ places: ConnectionPlaces, cut: @escaping @Sendable (ConnectionCut) -> Void) {
        state = Mutex(State(places: places))
        self.cut = cut
    }

    /// Takes a connection in until its place is left, and closes another in its favour where there is no place left.
    ///
    /// - Parameters:
    ///   - group: the client's, of a Unix socket.
    ///   - close: closes the connection while it has no channel yet; called on any thread.
    /// - Returns: the connection's place; nil when the caller has to close it.
    package func admit(
        _ peer: ConnectionPeer, group: UInt32? = nil, at now: NIODeadline = .now(),
        close: @escaping @Sendable (ConnectionPlace) -> Void
    ) -> ConnectionPlace? {
        let (place, loser) = state.withLock { state -> (ConnectionPlace?, Loser?) in
            let (decision, victim) = state.places.admit(peer, at: now)
            let loser = victim.map { Loser(state.held.removeValue(forKey: $0.0), $0.1) }
            switch decision {
            case .refused: return (nil, loser)
            case .place(let identifier), .reserve(let identifier):
                let place = ConnectionPlace(
                    self, identifier, peer: peer, group: group, isReserved: decision == .reserve(identifier))
                state.held[identifier] = Held(peer: peer, close: { close(place) })
                return (place, loser)
            }
        }
        if let loser { end(loser) }
        return place
    }

    /// A connection that goes for the sake of another.
    private struct Loser {
        let held: Held?
        let cut: ConnectionCut
        init(_ held: Held?, _ cut: ConnectionCut) { (self.held, self.cut) = (held, cut) }
    }

    private func end(_ loser: Loser) {
        cut(loser.cut)
        if let channel = loser.held?.channel { channel.close(promise: nil) } else { loser.held?.close() }
    }

    /// Closes a connection that is idle or unfinished for the sake of its descriptor.
    ///
    /// - Returns: whether there was one.
    package func giveWay(at now: NIODeadline = .now()) -> Bool {
        let loser = state.withLock { state in
            state.places.giveWay(at: now).map { Loser(state.held.removeValue(forKey: $0.0), $0.1) }
        }
        if let loser { end(loser) }
        return loser != nil
    }

    /// The channels of the connections that have one.
    package var channels: [any Channel] { state.withLock { $0.held.values.compactMap(\.channel) } }

    /// Closes the connections that have a channel.
    ///
    /// - Returns: whose they were.
    package func closeAll() -> [ConnectionPeer] {
        let open = state.withLock { state in state.held.values.compactMap { held in held.channel.map { (held.peer, $0) } } }
        for (_, channel) in open { channel.close(promise: nil) }
        return open.map(\.0)
    }

    fileprivate func seat(_ channel: any Channel, _ identifier: ConnectionPlaces.Identifier) -> Bool {
        state.withLock { state in
            guard state.held[identifier] != nil else { return false }
            state.held[identifier]?.channel = channel
            return true
        }
    }

    fileprivate func enter(_ phase: ConnectionPhase, _ identifier: ConnectionPlaces.Identifier, at now: NIODeadline) {
        state.withLock { $0.places.enter(phase, identifier, at: now) }
    }

    fileprivate func remove(_ identifier: ConnectionPlaces.Identifier) {
        // The place that goes is one of the closure's, whose end takes no lock.
        _ = state.withLock { state in
            state.places.remove(identifier)
            return state.held.removeValue(forKey: identifier)
        }
    }

    fileprivate func report(_ reason: ConnectionCutReason, of peer: ConnectionPeer) {
        cut(ConnectionCut(peer: peer, reason: reason))
    }
}

/// The place of one connection at a ``ConnectionGate``.
package final class ConnectionPlace: Sendable {
    package let peer: ConnectionPeer
    /// The client's group, as the kernel names it for a Unix socket.
    package let group: UInt32?
    /// Whether it is one of the reserve, whose connections may ask for the server's health and nothing else.
    package let isReserved: Bool
    private let gate: ConnectionGate
    private let identifier: ConnectionPlaces.Identifier

    fileprivate init(
        _ gate: ConnectionGate, _ identifier: ConnectionPlaces.Identifier, peer: ConnectionPeer, group: UInt32?,
        isReserved: Bool
    ) {
        self.gate = gate
        self.identifier = identifier
        self.peer = peer
        self.group = group
        self.isReserved = isReserved
    }

    /// Puts the connection's channel into the place, which is left when the channel is closed.
    ///
    /// - Returns: whether the place is the connection's still; else the caller has to close the channel.
    package func seat(_ channel: any Channel) -> Bool {
        guard gate.seat(channel, identifier) else { return false }
        channel.closeFuture.whenComplete { _ in self.leave() }
        return true
    }

    /// Notes where the connection is; of one that sends, that the client has taken something.
    package func enter(_ phase: ConnectionPhase, at now: NIODeadline) { gate.enter(phase, identifier, at: now) }

    /// Tells that the server closes the connection of its own accord, which is left to the caller.
    package func cut(_ reason: ConnectionCutReason) { gate.report(reason, of: peer) }

    /// Gives the place back; once it is somebody else's, nothing happens.
    package func leave() { gate.remove(identifier) }
}
