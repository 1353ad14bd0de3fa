package import NIOCore

/// Lets many connections of one event loop take turns at long work, and lets the loop look at its sockets in between.
///
/// NIO runs whatever a task hands to `execute` before it looks at any socket again, so that work which goes on in that way keeps every
/// other connection out. Here work is done in the order of its coming for a slice of time; then the loop turns.
package final class TurnQueue {
    private let loop: any EventLoop
    private let slice: TimeAmount
    private let now: () -> NIODeadline
    private var work = CircularBuffer<() -> Void>()
    private var isScheduled = false

    /// What makes the loop turn is a task that is due later than now.
    private static let pause = TimeAmount.microseconds(20)

    /// - Parameter slice: the time after which the loop turns, past the end of the piece of work that is under way.
    package init(_ loop: any EventLoop, slice: TimeAmount = .milliseconds(2), now: (() -> NIODeadline)? = nil) {
        self.loop = loop
        self.slice = slice
        self.now = now ?? { loop.now }
    }

    /// Has a piece of work done in its turn; only to be called on the loop.
    package func add(_ piece: @escaping () -> Void) {
        loop.preconditionInEventLoop()
        work.append(piece)
        guard !isScheduled else { return }
        isScheduled = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { bound.value.run() }
    }

    private func run() {
        let end = now() + slice
        repeat {
            guard let piece = work.popFirst() else { break }
            piece()
        } while now() < end
        guard !work.isEmpty else { return isScheduled = false }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.pause) { bound.value.run() }
    }
}
