import ApusText
import CLinux
import Glibc
import Synchronization

/// A descriptor that takes lines and is never waited for: a pipe that nobody reads, or a stopped terminal, loses lines.
final class LineDescriptor: Sendable {
    private struct State {
        /// Whether the last line was cut short.
        var isMidLine = false
        var lost: UInt64 = 0
        /// The number of all lines that were lost.
        var allLost: UInt64 = 0
    }

    private let descriptor: Int32
    /// Held during a write, so that lines do not mix.
    private let state = Mutex(State())

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The number of lines that were lost.
    var allLost: UInt64 { state.withLock(\.allLost) }

    /// Writes a line with its newline, and before it what `loss` says of the lines that were lost since the last one.
    ///
    /// - Parameter loss: the line that tells how many were lost; nil where nobody is to be told.
    /// - Returns: whether the whole line was written.
    func write(_ line: [UInt8], loss: ((UInt64) -> String)? = nil) -> Bool {
        state.withLock { state in
            let told = state.lost > 0 ? loss.map { Array($0(state.lost).utf8) } ?? [] : []
            let bytes = (state.isMidLine ? [JournalEntry.newline] : []) + told + line
            let written = apus_write_without_waiting(descriptor, bytes, bytes.count)
            if written > 0 { state.isMidLine = written < bytes.count }
            guard written == bytes.count else {
                state.lost += 1
                state.allLost += 1
                return false
            }
            state.lost = 0
            return true
        }
    }
}

/// The stream of a log for people: standard error, which is never waited for.
///
/// What finds no room is lost; the next line that is written comes after one that says how many were.
package struct StandardErrorStream: TextOutputStream, Sendable {
    private let lines: LineDescriptor

    package init(descriptor: Int32 = STDERR_FILENO) { lines = LineDescriptor(descriptor) }

    /// The number of lines that were lost.
    var lost: UInt64 { lines.allLost }

    /// Writes a line that ends in a newline. Parts of it come from outside: what is not seen in it is `?`, and no other line begins in it.
    package mutating func write(_ line: String) {
        let end = line.utf8.last == JournalEntry.newline ? 1 : 0
        let shown = line.unicodeScalars.dropLast(end).split(separator: "\n", omittingEmptySubsequences: false)
            .map { Substring($0).showingUnseen() }.joined(separator: "\\n")
        _ = lines.write(Array(shown.utf8) + (end > 0 ? [JournalEntry.newline] : [])) {
            "\($0) lines of the log were lost: nobody read them\n"
        }
    }
}
