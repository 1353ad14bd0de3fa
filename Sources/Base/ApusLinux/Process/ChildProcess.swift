import CLinux
import Glibc

/// A process that the calling one has started, which ends when the thread ends that has started it.
package struct ChildProcess: Sendable {
    package let pid: Int32

    /// Starts a program whose standard input and output are one socket.
    ///
    /// - Parameters:
    ///   - program: the path of its file.
    ///   - word: its first argument; the second is the id of the calling process.
    /// - Returns: the process, and the other end of its socket, which is the caller's to close.
    /// - Throws: ``ChildFault``.
    package static func start(
        _ program: String, word: String
    ) throws(ChildFault) -> (process: ChildProcess, socket: CInt) {
        var ours: CInt = -1
        var its: CInt = -1
        let made = apus_child_sockets(&ours, &its)
        guard made == 0 else { throw ChildFault(code: -made, program: program) }
        let pid = apus_child_start(program, word, its)
        close(its)
        guard pid > 0 else {
            close(ours)
            throw ChildFault(code: -pid, program: program)
        }
        return (ChildProcess(pid: pid), ours)
    }

    /// Asks the kernel to end it at once. It is there until it was reaped.
    package func kill() { apus_child_kill(pid) }

    /// Reaps it without waiting; nil while it lives.
    ///
    /// - Returns: the signal that has ended it, or 0.
    package func reap() -> Int32? {
        var signal: Int32 = 0
        return apus_child_reap(pid, &signal) == 1 ? signal : nil
    }
}

/// Why a child process could not be started.
package struct ChildFault: Error, CustomStringConvertible {
    package let code: Int32
    let program: String

    package var description: String { "\(program) cannot be started: \(String(cString: strerror(code)))" }
}

/// The child's own side of its socket, on which messages go to and fro, each behind its length in four bytes.
package enum ParentSocket {
    /// Bounds the calling process, a child, as `apus_child_confine` says.
    ///
    /// - Parameters:
    ///   - parent: the id of the process that has started it.
    ///   - memory: the bytes that it may take beyond what it has.
    ///   - name: what it is called from here on, of 15 bytes at most.
    /// - Returns: nil when the parent is gone; 0, or the number of errno(3) for which the process has not all of its bounds.
    package static func confine(to parent: Int32, memory: Int, name: String) -> Int32? {
        let code = apus_child_confine(parent, UInt64(max(0, memory)), name)
        return code < 0 ? nil : code
    }

    /// The next message; nil at the end, or when it is longer than allowed.
    package static func receive(most: Int) -> [UInt8]? {
        var head: [UInt8] = [0, 0, 0, 0]
        // In bounds: both arrays have the bytes that are read.
        guard head.withUnsafeMutableBytes({ apus_child_read($0.baseAddress, $0.count) }) == 0 else { return nil }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        guard length <= most else { return nil }
        guard length > 0 else { return [] }
        var message = [UInt8](repeating: 0, count: length)
        guard message.withUnsafeMutableBytes({ apus_child_read($0.baseAddress, $0.count) }) == 0 else { return nil }
        return message
    }

    /// Sends a message; false when nobody takes it.
    package static func send(_ message: [UInt8]) -> Bool {
        let length = UInt32(message.count)
        let whole = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
        // In bounds: it is the array's own length.
        return whole.withUnsafeBytes { apus_child_write($0.baseAddress, $0.count) } == 0
    }
}
