import CLinux
import Glibc

/// The terminal of this process while a full-screen program has it: keys and signals come in, screens go out.
///
/// It is given back as it was at the latest with the value, and by signals that end the process. One thread uses it.
///
/// ```swift
/// let terminal = try Terminal()
/// defer { terminal.giveBack() }
/// terminal.write(painter.bytes(for: frame))
/// switch terminal.wait(for: wake, atMost: .seconds(1)) { … }
/// ```
package final class Terminal {
    /// Something that has happened.
    package enum Event: Hashable, Sendable {
        /// Bytes of keys.
        case keys([UInt8])
        case signal(Int32)
        /// The descriptor of the caller's own is readable.
        case other
        /// The terminal is gone, or its other end closed.
        case gone
    }

    private let output: Int32
    private let ownOutput: Int32
    private var isTaken = true
    /// What could not be written yet.
    private var waiting: [UInt8] = []

    /// How many bytes wait for a terminal that does not read, past which a screen is not added to them.
    private static let mostWaiting = 1 << 16

    /// The size, or `nil` where a descriptor is no terminal.
    package static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var (columns, rows): (Int32, Int32) = (0, 0)
        guard apus_terminal_size(descriptor, &columns, &rows) == 0 else { return nil }
        return (Int(columns), Int(rows))
    }

    /// Whether standard input and output are a terminal.
    package static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// Takes the terminal of standard input and output.
    ///
    /// - Throws: ``TerminalFault`` where one of them is none.
    package init() throws(TerminalFault) {
        output = STDOUT_FILENO
        guard Self.isThere else { throw .none }
        guard apus_terminal_take(STDIN_FILENO, output) == 0 else {
            let code = errno
            apus_terminal_give_back()
            throw .failed(String(cString: strerror(code)))
        }
        ownOutput = apus_reopen_nonblocking(output)
    }

    deinit {
        giveBack()
        if ownOutput >= 0 { close(ownOutput) }
    }

    /// The size now; that of the oldest terminals where it is not known.
    package var size: (columns: Int, rows: Int) {
        let size = Self.size(of: output) ?? (0, 0)
        return (size.columns > 0 ? size.columns : 80, size.rows > 0 ? size.rows : 24)
    }

    /// Whether the terminal has taken everything, so that another screen can be sent.
    package var isReady: Bool { waiting.isEmpty }

    /// Gives the terminal back; a second call does nothing.
    package func giveBack() {
        guard isTaken else { return }
        isTaken = false
        apus_terminal_give_back()
    }

    /// Stops the process as Ctrl-Z does by itself; returns once it goes on, with the terminal cleared.
    package func suspend() { if apus_terminal_suspend() != 0 { giveBack() } }

    /// Takes the terminal again, which others may have set since.
    package func retake() { if apus_terminal_retake() != 0 { giveBack() } }

    /// Sends bytes as far as the terminal takes them; ``wait(for:atMost:)`` sends the others.
    package func write(_ bytes: [UInt8]) {
        guard waiting.count <= Self.mostWaiting else { return }
        waiting += bytes
        _ = flush()
    }

    /// Whether the terminal is still there.
    private func flush() -> Bool {
        var start = 0
        defer { waiting.removeFirst(start) }
        while start < waiting.count {
            // Where it could not be opened anew a write may wait, so that each is small.
            let end = ownOutput >= 0 ? waiting.count : min(start + 512, waiting.count)
            let rest = Array(waiting[start..<end])
            let count = Glibc.write(ownOutput >= 0 ? ownOutput : output, rest, rest.count)
            if count > 0 {
                start += count
            } else if errno == EINTR {
                continue
            } else {
                return errno == EAGAIN
            }
        }
        return true
    }

    /// Waits for what comes first; `nil` where nothing has come in time.
    ///
    /// - Parameter other: a descriptor to be waited for as well.
    package func wait(for other: Int32, atMost limit: Duration) -> Event? {
        guard isTaken else { return .gone }
        let milliseconds = max(0, (limit / .milliseconds(1)).rounded(.up))
        var polled = [
            pollfd(fd: apus_terminal_signals(), events: Int16(POLLIN), revents: 0),
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(
                fd: waiting.isEmpty ? -1 : ownOutput >= 0 ? ownOutput : output, events: Int16(POLLOUT), revents: 0),
        ]
        guard poll(&polled, nfds_t(polled.count), Int32(min(milliseconds, 60_000))) > 0 else { return nil }
        if polled[0].revents != 0 {
            var number: UInt8 = 0
            if read(apus_terminal_signals(), &number, 1) == 1 { return .signal(Int32(number)) }
        }
        if polled[3].revents != 0, !flush() { return .gone }
        if polled[1].revents != 0 { return keys() }
        return polled[2].revents != 0 ? .other : nil
    }

    private func keys() -> Event? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count > 0 { return .keys(Array(bytes.prefix(count))) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? nil : .gone
    }
}

/// Why there is no terminal to be had.
package enum TerminalFault: Error, Hashable, Sendable {
    /// Standard input or output is none.
    case none
    /// The system's reason.
    case failed(String)
}
