import CLinux
import Glibc

/// Ends a wait for the terminal from another thread: an eventfd(2), which can be raised again and again.
package final class TerminalWake: Sendable {
    /// Readable from ``raise()`` to ``clear()``; -1 where the process had no descriptor left.
    package let descriptor = apus_eventfd()

    package init() {}

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func raise() { if descriptor >= 0 { apus_eventfd_raise(descriptor) } }

    package func clear() {
        var count: UInt64 = 0
        if descriptor >= 0 { _ = read(descriptor, &count, MemoryLayout<UInt64>.size) }
    }
}
