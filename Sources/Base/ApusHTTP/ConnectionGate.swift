package import NIOCore
import Synchronization

/// The open connections of a server, and the decision who may open one more (``ConnectionPlaces``).
package final class ConnectionGate: Sendable {
    private struct State {
        var places: ConnectionPlaces
        var channels: [ConnectionPlaces.Identifier: any Channel] = [:]
    }

    private let state: Mutex<State>
    private let cut: @Sendable (ConnectionCut) -> Void

    /// - Parameter cut: is told of each connection that the server closes of its own accord, on any thread.
    package init(_ places: ConnectionPlaces, cut: @escaping @Sendable (ConnectionCut) -> Void) {
        state = Mutex(State(places: places))
        self.cut = cut
    }

    /// Takes a connection in until it is closed, and closes another in its favour where there is no place left.
    ///
    /// - Returns: the connection's place; nil when the caller has to close it.
    package func admit(_ channel: any Channel, peer: ConnectionPeer, at now: NIODeadline = .now()) -> ConnectionPlace? {
        let (place, victim, gone) = state.withLock {
            state -> (ConnectionPlace?, (any Channel)?, ConnectionCut?) in
            let (decision, victim) = state.places.admit(peer, at: now)
            let gone = victim.flatMap { state.channels.removeValue(forKey: $0.0) }
            switch decision {
            case .refused: return (nil, gone, victim?.1)
            case .place(let identifier), .reserve(let identifier):
                state.channels[identifier] = channel
                let isReserved = decision == .reserve(identifier)
                return (ConnectionPlace(self, identifier, peer: peer, isReserved: isReserved), gone, victim?.1)
            }
        }
        if let place { channel.closeFuture.whenComplete { _ in place.leave() } }
        if let gone { cut(gone) }
        victim?.close(promise: nil)
        return place
    }

    /// Closes a connection that is idle or unfinished for the sake of its descriptor.
    ///
    /// - Returns: whether there was one.
    package func giveWay(at now: NIODeadline = .now()) -> Bool {
        let gone = state.withLock { state in
            state.places.giveWay(at: now).map { (state.channels.removeValue(forKey: $0.0), $0.1) }
        }
        guard let gone else { return false }
        cut(gone.1)
        gone.0?.close(promise: nil)
        return true
    }

    /// The connections that are open.
    package var channels: [any Channel] { state.withLock { Array($0.channels.values) } }

    fileprivate func enter(_ phase: ConnectionPhase, _ identifier: ConnectionPlaces.Identifier, at now: NIODeadline) {
        state.withLock { $0.places.enter(phase, identifier, at: now) }
    }

    fileprivate func remove(_ identifier: ConnectionPlaces.Identifier) {
        state.withLock {
            $0.places.remove(identifier)
            $0.channels[identifier] = nil
        }
    }

    fileprivate func report(_ reason: ConnectionCutReason, of peer: ConnectionPeer) {
        cut(ConnectionCut(peer: peer, reason: reason))
    }
}

/// The place of one connection at a ``ConnectionGate``; it is given back when the connection is closed.
package final class ConnectionPlace: Sendable {
    package let peer: ConnectionPeer
    /// Whether it is one of the reserve, whose connections may ask for the server's health and nothing else.
    package let isReserved: Bool
    private let gate: ConnectionGate
    private let identifier: ConnectionPlaces.Identifier

    fileprivate init(
        _ gate: ConnectionGate, _ identifier: ConnectionPlaces.Identifier, peer: ConnectionPeer, isReserved: Bool
    ) {
        self.gate = gate
        self.identifier = identifier
        self.peer = peer
        self.isReserved = isReserved
    }

    /// Notes where the connection is; of one that sends, that the client has taken something.
    package func enter(_ phase: ConnectionPhase, at now: NIODeadline) { gate.enter(phase, identifier, at: now) }

    /// Tells that the server closes the connection of its own accord, which is left to the caller.
    package func cut(_ reason: ConnectionCutReason) { gate.report(reason, of: peer) }

    fileprivate func leave() { gate.remove(identifier) }
}
