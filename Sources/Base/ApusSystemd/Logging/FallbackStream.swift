import CLinux
import Glibc
import Synchronization

/// The descriptor, standard error as a rule, that gets the entries no journal takes. It never waits: a pipe that nobody reads, or
/// a stopped terminal, loses lines, and they are counted.
package final class FallbackStream: Sendable {
    private let descriptor: Int32
    private let format: FallbackFormat
    /// Whether the last line was cut short; held during a write, so that lines do not mix.
    private let isMidLine = Mutex(false)

    package init(descriptor: Int32 = STDERR_FILENO, format: FallbackFormat = .text) {
        self.descriptor = descriptor
        self.format = format
    }

    /// Whether the whole line was written.
    func write(_ entry: JournalEntry) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let line = format.line(entry, realtime: UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000)
        return isMidLine.withLock { isMidLine in
            let bytes = isMidLine ? [JournalEntry.newline] + line : line
            let written = apus_write_without_waiting(descriptor, bytes, bytes.count)
            if written > 0 { isMidLine = written < bytes.count }
            return written == bytes.count
        }
    }
}
