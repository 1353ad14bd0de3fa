import Glibc

/// The descriptor, standard error as a rule, that gets the entries no journal takes. It never waits: a pipe that nobody reads, or
/// a stopped terminal, loses lines, and they are counted.
package final class FallbackStream: Sendable {
    private let lines: LineDescriptor
    private let format: FallbackFormat

    package init(descriptor: Int32 = STDERR_FILENO, format: FallbackFormat = .text) {
        lines = LineDescriptor(descriptor)
        self.format = format
    }

    /// Whether the whole line was written.
    func write(_ entry: JournalEntry) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return lines.write(format.line(entry, realtime: UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000))
    }
}
