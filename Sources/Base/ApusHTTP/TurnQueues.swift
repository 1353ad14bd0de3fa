package import NIOCore
import Synchronization

/// The ``TurnQueue`` of each event loop.
package final class TurnQueues: Sendable {
    private let queues = Mutex<[ObjectIdentifier: NIOLoopBound<TurnQueue>]>([:])

    package init() {}

    /// To be asked on the loop, whose queue is made with the first question.
    package func of(_ loop: any EventLoop) -> TurnQueue {
        queues.withLock { queues in
            let queue = queues[ObjectIdentifier(loop)] ?? NIOLoopBound(TurnQueue(loop), eventLoop: loop)
            queues[ObjectIdentifier(loop)] = queue
            return queue
        }.value
    }
}
