import ApusLinux
package import NIOCore
import Synchronization

/// The children that were ended and not reaped yet, of all probes.
///
/// A child that waits for a file system which does not answer ends when that answers, and nobody waits for it.
package enum ChildLedger {
    private static let left = Mutex<[Int32: ChildProcess]>([:])

    /// The number of children that were ended and are still there.
    package static var count: Int {
        sweep()
        return left.withLock { $0.count }
    }

    /// Takes over a child that was asked to end, which is reaped when it is gone: soon, or once what it waits for lets go of it.
    ///
    /// - Parameter loop: on which is looked now and then whether it is gone.
    static func leave(_ child: ChildProcess, on loop: any EventLoop) {
        guard child.reap() == nil else { return }
        left.withLock { $0[child.pid] = child }
        look(for: child.pid, in: .milliseconds(2), on: loop)
    }

    /// The longest time between two looks for a child.
    private static let longestPause = TimeAmount.seconds(10)

    private static func look(for pid: Int32, in pause: TimeAmount, on loop: any EventLoop) {
        loop.scheduleTask(in: pause) {
            sweep()
            guard left.withLock({ $0[pid] != nil }) else { return }
            look(for: pid, in: min(pause * 2, longestPause), on: loop)
        }
    }

    /// Reaps all that are gone.
    package static func sweep() { left.withLock { left in left = left.filter { $0.value.reap() == nil } } }

    /// Reaps all that are gone within a time, at the end of what has asked.
    static func sweep(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while count > 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Whether a child that was ended is gone. Until it was reaped nobody else has its id.
    static func isGone(_ child: ChildProcess) -> Bool {
        left.withLock { left in
            guard left[child.pid] != nil else { return true }
            guard child.reap() != nil else { return false }
            left[child.pid] = nil
            return true
        }
    }
}
