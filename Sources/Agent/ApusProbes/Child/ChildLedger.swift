package import ApusLinux
import Glibc
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

    /// Reaps a child that was ended, or takes note of it where it does not end.
    static func leave(_ child: ChildProcess) {
        if soon(child) == nil { left.withLock { $0[child.pid] = child } }
    }

    /// The signal that has ended a child, whose end is a moment away; nil while it is still there.
    private static func soon(_ child: ChildProcess) -> Int32? {
        for _ in 0..<20 {
            if let signal = child.reap() { return signal }
            usleep(500)
        }
        return nil
    }

    /// Reaps all that are gone.
    package static func sweep() { left.withLock { left in left = left.filter { $0.value.reap() == nil } } }

    /// Whether a child that was ended is gone. Until it was reaped nobody else has its id.
    static func isGone(_ child: ChildProcess) -> Bool {
        left.withLock { left in
            guard left[child.pid] != nil else { return true }
            guard child.reap() != nil else { return false }
            left[child.pid] = nil
            return true
        }
    }

    /// Reaps a child whose socket has ended: the signal that has ended it; nil while it is still there, after which it is left.
    static func reap(_ child: ChildProcess) -> Int32? {
        // It lets go of its files first.
        if let signal = soon(child) { return signal }
        left.withLock { $0[child.pid] = child }
        return nil
    }
}
