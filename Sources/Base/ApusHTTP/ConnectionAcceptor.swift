package import ApusLinux
import ApusThreads
import Glibc
package import NIOCore
package import NIOPosix
import Synchronization

/// Takes the connections of listening sockets, and gives an event loop each whose client has sent something, in turns of their peers.
///
/// A thread of its own empties the kernel's queue, where everybody waits for everybody, faster than clients can fill it: what it does
/// for a connection is a handful of system calls. A client that goes again, or stays silent, costs no more than that; what is built
/// for a connection waits for its turn behind the work of its own peer, not of others.
package final class ConnectionAcceptor: Sendable {
    /// What becomes of accepted connections.
    package struct Handling: Sendable {
        /// Adds the options of their channels.
        package var options: @Sendable (ClientBootstrap) -> ClientBootstrap
        /// Builds what serves a connection, on its event loop, of which the turns are.
        package var build: @Sendable (any Channel, ConnectionPlace, TurnQueue) -> EventLoopFuture<Void>
        /// No place was left for a connection of the peer.
        package var refused: @Sendable (ConnectionPeer) -> Void
        /// Nothing is accepted for a while, for an errno, as the process has no descriptor left.
        package var paused: @Sendable (Int32, TimeAmount) -> Void

        package init(
            options: @escaping @Sendable (ClientBootstrap) -> ClientBootstrap,
            build: @escaping @Sendable (any Channel, ConnectionPlace, TurnQueue) -> EventLoopFuture<Void>,
            refused: @escaping @Sendable (ConnectionPeer) -> Void, paused: @escaping @Sendable (Int32, TimeAmount) -> Void
        ) {
            self.options = options
            self.build = build
            self.refused = refused
            self.paused = paused
        }
    }

    let listeners: [ListeningSocket]
    let gate: ConnectionGate
    let silence: TimeAmount
    let reserve: Int
    let handling: Handling
    let silent = SilentConnections()
    let wake = WakeUp()
    private let group: any EventLoopGroup
    private let turns = TurnQueues()
    let handovers = Handovers()
    private let stopSilence = Mutex(TimeAmount.zero)

    /// - Parameters:
    ///   - listeners: closed when the acceptor stops.
    ///   - silence: how long clients may send nothing.
    ///   - reserve: descriptors of the process that are left to others than clients, such as files.
    package init(
        _ listeners: [ListeningSocket], gate: ConnectionGate, silence: TimeAmount, reserve: Int, group: any EventLoopGroup,
        handling: Handling
    ) {
        self.listeners = listeners
        self.gate = gate
        self.silence = silence
        self.reserve = reserve
        self.group = group
        self.handling = handling
    }

    /// Accepts until ``stop(silence:)``; returns when all that was accepted is built or closed.
    ///
    /// - Throws: ``SocketFailure`` and ``ThreadRefused``, when the process has no descriptor or thread for it.
    package func run() async throws {
        do {
            let thread = Mutex<AcceptThread?>(AcceptThread(self, try DescriptorPoll()))
            let name = "apus-accept"
            let isGranted = await withCheckedContinuation { continuation in
                let detached = DetachedThread(name: name) {
                    if let work = thread.withLock({ $0.take() }) { work.run() }
                    continuation.resume(returning: true)
                }
                if !detached.start() { continuation.resume(returning: false) }
            }
            guard isGranted else { throw ThreadRefused(name: name) }
        } catch {
            for listener in listeners { listener.close() }
            throw error
        }
        await handovers.allEnded()
    }

    /// Stops accepting, once the queue is empty; returns at once.
    ///
    /// - Parameter silence: how long clients that are connected by then may still send nothing.
    package func stop(silence: TimeAmount) {
        stopSilence.withLock { $0 = silence }
        wake.raise()
    }

    var silenceAtStop: TimeAmount { stopSilence.withLock { $0 } }

    /// Gives a connection to an event loop, which builds what serves it in the turn of its peer.
    func hand(over descriptor: Int32, _ place: ConnectionPlace) {
        handovers.begin(descriptor, place)
        let loop = group.next()
        loop.execute { [self] in
            let queue = turns.of(loop)
            queue.add(for: place.peer) { [self] in build(place, loop, queue) }
        }
    }

    private func build(_ place: ConnectionPlace, _ loop: any EventLoop, _ queue: TurnQueue) {
        guard let descriptor = handovers.take(place) else { return handovers.end() }
        let queue = NIOLoopBound(queue, eventLoop: loop)
        handling.options(ClientBootstrap(group: loop))
            .channelInitializer { [handling] channel in
                guard place.seat(channel) else { return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed) }
                return handling.build(channel, place, queue.value)
            }
            .withConnectedSocket(descriptor)
            .whenComplete { [handovers] result in
                if case .failure = result { place.leave() }
                handovers.end()
            }
    }
}

/// Connections whose event loops have not built what serves them: each waits for the turn of its peer.
final class Handovers: Sendable {
    private struct State {
        var descriptors: [ObjectIdentifier: Int32] = [:]
        /// How many connections there are, with those that are being built.
        var count = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Keeps a connection, whose descriptor is this object's from here on.
    func begin(_ descriptor: Int32, _ place: ConnectionPlace) {
        state.withLock { state in
            state.count += 1
            state.descriptors[ObjectIdentifier(place)] = descriptor
        }
    }

    /// Gives a connection's descriptor to the caller; nil for one that was closed.
    func take(_ place: ConnectionPlace) -> Int32? {
        state.withLock { $0.descriptors.removeValue(forKey: ObjectIdentifier(place)) }
    }

    /// Closes a connection that has lost its place; nothing happens to one that was taken.
    func close(_ place: ConnectionPlace) {
        if let descriptor = take(place) { Glibc.close(descriptor) }
    }

    func end() {
        let waiter = state.withLock { state in
            state.count -= 1
            return state.count == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Returns when none is on its way any more.
    func allEnded() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.count > 0 { state.waiter = continuation }
                return state.count == 0
            }
            if isDone { continuation.resume() }
        }
    }
}
