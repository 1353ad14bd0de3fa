/// A socket of some process, as the kernel lists it.
package struct KernelSocket: Equatable, Sendable {
    package enum Kind: Int, Sendable { case tcp, udp, unix }

    package enum State: Int, Sendable {
        /// Takes connections.
        case listening
        case established
        /// The other end has closed it, and the process has not.
        case closedByPeer
        /// Not connected, being connected, or being closed.
        case other
    }

    /// With the network namespace, no other socket has the same while it is open.
    package let inode: UInt64
    /// The control group of the unified hierarchy in which it was made, by the inode of its folder; `nil` where the kernel does not say.
    package let controlGroup: UInt64?
    package let kind: Kind
    package let state: State
    /// Connections that wait to be accepted; 0 of one that does not listen.
    package let queue: UInt32
    /// How many may wait; `nil` where that is not said.
    package let limit: UInt32?

    package init(
        inode: UInt64, controlGroup: UInt64? = nil, kind: Kind, state: State, queue: UInt32 = 0, limit: UInt32? = nil
    ) {
        self.inode = inode
        self.controlGroup = controlGroup
        self.kind = kind
        self.state = state
        self.queue = queue
        self.limit = limit
    }
}

extension KernelSocket.State {
    /// - Parameter number: as `TCP_ESTABLISHED` and its like of the kernel's include/net/tcp_states.h.
    init(number: UInt8) {
        switch number {
        case 1: self = .established
        case 8: self = .closedByPeer
        case 10: self = .listening
        default: self = .other
        }
    }
}
