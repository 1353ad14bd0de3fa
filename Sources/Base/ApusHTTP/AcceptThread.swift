import ApusLinux
import ApusThreads
import Glibc
import NIOCore

/// The thread of a ``ConnectionAcceptor``, and what it alone uses.
struct AcceptThread: ~Copyable, Sendable {
    private let acceptor: ConnectionAcceptor
    private var poll: DescriptorPoll
    private var pause = shortest
    private var pauseEnd: NIODeadline?
    /// When a connection was closed for the sake of the next one, which has not been taken yet.
    private var roomMade: NIODeadline?
    /// When a stop ends, which has begun.
    private var end: NIODeadline?

    /// Connections that are accepted before those that were silent are looked at.
    private static let accepts = 64
    /// The connections of a queue at most, as others come while it is emptied: the usual net.core.somaxconn.
    private static let longestQueue = 4096
    private static let shortest = TimeAmount.milliseconds(50)
    private static let longest = TimeAmount.seconds(1)
    /// Between two looks whether an event loop has closed what is to make room.
    private static let closing = TimeAmount.milliseconds(1)

    init(_ acceptor: ConnectionAcceptor, _ poll: consuming DescriptorPoll) {
        self.acceptor = acceptor
        self.poll = poll
    }

    /// Serves until the acceptor is stopped, and nobody is silent any more.
    consuming func run() {
        listen(true)
        poll.add(acceptor.wake.descriptor)
        while true {
            let ready = poll.wait(milliseconds: milliseconds)
            let now = NIODeadline.now()
            for descriptor in ready { look(at: descriptor) }
            if end == nil, acceptor.wake.isRaised { stop(now) }
            if end == nil { accept(ready, now) }
            acceptor.silent.endAll(since: now - acceptor.silence)
            if let end, now >= end || acceptor.silent.isEmpty { break }
        }
        acceptor.silent.endAll(since: .distantFuture)
    }

    /// Until there is something to do without an event.
    private var milliseconds: Int32 {
        let due = [pauseEnd, end, acceptor.silent.oldest.map { $0 + acceptor.silence }].compactMap(\.self).min()
        let longest = TimeAmount.seconds(1)
        let left = due.map { min(longest, max(.zero, $0 - .now())) } ?? longest
        return Int32(left.nanoseconds / 1_000_000) + (left > .zero ? 1 : 0)
    }

    private func listen(_ listens: Bool) {
        for listener in acceptor.listeners {
            if listens { poll.add(listener.descriptor) } else { poll.remove(listener.descriptor) }
        }
    }

    /// Takes what waits in a queue that goes with its socket, so that nobody who is connected is reset, and nothing any more.
    private mutating func stop(_ now: NIODeadline) {
        poll.remove(acceptor.wake.descriptor)
        for listener in acceptor.listeners {
            if !listener.isShared {
                for _ in 0..<Self.longestQueue { guard pauseEnd == nil, take(from: listener, now) else { break } }
            }
            poll.remove(listener.descriptor)
            listener.close()
        }
        pauseEnd = nil
        end = now + acceptor.silenceAtStop
    }

    // MARK: - Accepting

    private mutating func accept(_ ready: [Int32], _ now: NIODeadline) {
        if let pauseEnd {
            guard now >= pauseEnd else { return }
            self.pauseEnd = nil
            listen(true)
        }
        for listener in acceptor.listeners where ready.contains(listener.descriptor) {
            for _ in 0..<Self.accepts { guard pauseEnd == nil, take(from: listener, now) else { break } }
        }
    }

    /// Takes one connection off a queue.
    ///
    /// - Returns: whether there can be another.
    private mutating func take(from listener: ListeningSocket, _ now: NIODeadline) -> Bool {
        do {
            guard let accepted = try listener.accept() else { return false }
            let isLast = DescriptorLimit.isScarce(accepted.descriptor, of: acceptor.reserve)
            guard !isLast || acceptor.gate.giveWay(at: now) else {
                refuse(accepted, now)
                return false
            }
            pause = Self.shortest
            roomMade = nil
            admit(accepted, now)
            // The loop of the one that goes closes it in between.
            if isLast { rest(for: Self.closing, now) }
            return !isLast
        } catch {
            return goesOn(after: error.code, now)
        }
    }

    /// Closes a connection whose descriptor is one of the process's last, for which no other one goes: what opens files next would fail, or
    /// end the process, as libdispatch does.
    private mutating func refuse(_ accepted: ListeningSocket.Accepted, _ now: NIODeadline) {
        close(accepted.descriptor)
        acceptor.handling.paused(EMFILE, pause)
        rest(for: pause, now)
        pause = min(pause * 2, Self.longest)
    }

    /// Errors of accept(2) that are those of the connection, which is gone then.
    private static let passing = [
        ECONNABORTED, EPROTO, ENOPROTOOPT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET, EOPNOTSUPP, EPERM,
    ]

    /// Errors of accept(2) that pass when another connection ends.
    private static let shortages = [EMFILE, ENFILE, ENOBUFS, ENOMEM]

    private mutating func goesOn(after code: Int32, _ now: NIODeadline) -> Bool {
        if Self.passing.contains(code) { return true }
        // The client stays in the queue, so that the socket is ready at once again.
        if let roomMade, now - roomMade < Self.shortest {
            // One goes for its sake, not all that its loop has no time for.
            rest(for: Self.closing, now)
        } else if Self.shortages.contains(code), acceptor.gate.giveWay(at: now) {
            roomMade = now
        } else {
            acceptor.handling.paused(code, pause)
            rest(for: pause, now)
            pause = min(pause * 2, Self.longest)
        }
        return false
    }

    private mutating func rest(for time: TimeAmount, _ now: NIODeadline) {
        pauseEnd = now + time
        listen(false)
    }

    private func admit(_ accepted: ListeningSocket.Accepted, _ now: NIODeadline) {
        let (descriptor, silent, handovers) = (accepted.descriptor, acceptor.silent, acceptor.handovers)
        let opening = ConnectionOpening(of: descriptor)
        guard opening != .ended else {
            close(descriptor)
            return
        }
        let peer = ConnectionPeer(accepted)
        let place = acceptor.gate.admit(peer, group: accepted.group, at: now) { place in
            silent.end(descriptor, of: place)
            handovers.close(place)
        }
        guard let place else {
            close(descriptor)
            return acceptor.handling.refused(peer)
        }
        guard opening == .silent else { return acceptor.hand(over: descriptor, place) }
        silent.add(descriptor, place, at: now)
        // One that cannot be waited for is built at once.
        if !poll.add(descriptor), let place = silent.take(descriptor) { acceptor.hand(over: descriptor, place) }
    }

    /// Sees what a client does that was silent.
    private func look(at descriptor: Int32) {
        let opening = ConnectionOpening(of: descriptor)
        guard opening != .silent, let place = acceptor.silent.take(descriptor) else { return }
        if opening == .begun {
            poll.remove(descriptor)
            acceptor.hand(over: descriptor, place)
        } else {
            place.leave()
            close(descriptor)
        }
    }
}
