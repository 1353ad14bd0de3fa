/// A connection that a server closed of its own accord.
package struct ConnectionCut: Sendable, Equatable {
    package let peer: ConnectionPeer
    package let reason: ConnectionCutReason

    package init(peer: ConnectionPeer, reason: ConnectionCutReason) {
        self.peer = peer
        self.reason = reason
    }
}

/// Why a server closed a connection of its own accord.
package enum ConnectionCutReason: String, CaseIterable, Sendable {
    /// No request began within the time that a connection may be idle.
    case idle
    /// A request was not whole in its time.
    case request
    /// The client took nothing of an answer for too long.
    case stalled
    /// The client had not taken the whole answer in its time.
    case answer
    /// Another connection of the peer took its place, past the peer's share.
    case share
    /// Another connection needed the place, and all were taken.
    case full
    /// Another connection needed the descriptor, and the process had none left.
    case descriptors
    /// More bytes came behind a request than may wait for its answer.
    case pipelined
}
