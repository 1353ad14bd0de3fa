package import NIOCore

/// Lets the peers of one event loop take turns at long work, and lets the loop look at its sockets in between.
///
/// NIO runs whatever a task hands to `execute` before it looks at any socket again, so that work which goes on in that way keeps every
/// other connection out. Here work is done for a slice of time; then the loop turns. The next piece is that of the peer that the loop
/// has worked for the least: however many connections others hold, who comes first waits for one piece of theirs. Who has had no work
/// done for a while is ahead of the others for some of it, so that what asks now and then does not share the time with what asks always.
package final class TurnQueue {
    private struct Line {
        var work = CircularBuffer<() -> Void>()
        /// Nanoseconds that the loop has worked for the peer; never behind the one who has the least by more than the credit.
        var used: Int64
    }

    /// The peers that are known.
    package var peers: Int { lines.count }

    private let loop: any EventLoop
    private let slice: TimeAmount
    private let now: () -> NIODeadline
    /// The peers whose work waits, and those whose credit is not whole.
    private var lines: [ConnectionPeer: Line] = [:]
    private var waiting = 0
    /// What the peer had used that came last.
    private var least: Int64 = 0
    private var isScheduled = false

    /// What makes the loop turn is a task that is due later than now.
    private static let pause = TimeAmount.microseconds(20)
    /// Nanoseconds of work by which a newcomer is ahead.
    private static let credit: Int64 = 20_000_000
    /// Peers that are known at a time, past which those are forgotten whose work does not wait: each piece looks at all.
    private static let known = 256

    /// - Parameter slice: the time after which the loop turns, past the end of the piece of work that is under way.
    package init(_ loop: any EventLoop, slice: TimeAmount = .milliseconds(2), now: (() -> NIODeadline)? = nil) {
        self.loop = loop
        self.slice = slice
        self.now = now ?? { .now() }
    }

    /// Has a piece of work done in its turn; only to be called on the loop.
    package func add(for peer: ConnectionPeer, _ piece: @escaping () -> Void) {
        loop.preconditionInEventLoop()
        var line = lines.removeValue(forKey: peer) ?? Line(used: newcomer)
        line.used = max(line.used, newcomer)
        line.work.append(piece)
        lines[peer] = line
        waiting += 1
        guard !isScheduled else { return }
        isScheduled = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { bound.value.run() }
    }

    private var newcomer: Int64 { least - Self.credit }

    private func run() {
        var time = now()
        let end = time + slice
        repeat {
            guard let (peer, piece) = next() else { break }
            piece()
            let after = now()
            lines[peer]?.used += (after - time).nanoseconds
            time = after
        } while time < end
        guard waiting > 0 else { return isScheduled = false }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.pause) { bound.value.run() }
    }

    private func next() -> (ConnectionPeer, () -> Void)? {
        var first: (peer: ConnectionPeer, used: Int64)?
        var isForgetting = false
        for (peer, line) in lines {
            if line.work.isEmpty {
                // Who waits for nothing is remembered only while it has had more than a newcomer.
                if line.used <= newcomer || lines.count > Self.known { isForgetting = true }
            } else if line.used < first?.used ?? .max {
                first = (peer, line.used)
            }
        }
        guard let first, let piece = lines[first.peer]?.work.popFirst() else { return nil }
        waiting -= 1
        least = max(least, first.used)
        if isForgetting {
            let isCrowded = lines.count > Self.known
            lines = lines.filter {
                !$0.value.work.isEmpty || !isCrowded && $0.value.used > newcomer || $0.key == first.peer
            }
        }
        return (first.peer, piece)
    }
}
