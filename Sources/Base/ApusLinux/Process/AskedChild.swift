import CLinux
import Glibc

/// A child process that is asked by a thread which waits for it, for a bounded time: whatever hangs is the child, and never the thread.
///
/// It ends with the thread that has started it, if not before.
package final class AskedChild {
    package let process: ChildProcess
    private let socket: Int32

    /// What has become of a question.
    package enum Outcome: Equatable {
        case answer([UInt8])
        /// No whole answer in time.
        case silence
        /// The child has ended, or has sent more than it may.
        case end
    }

    /// - Parameters:
    ///   - program: the path of its file.
    ///   - word: its first argument.
    /// - Throws: ``ChildFault``.
    package init(_ program: String, word: String) throws(ChildFault) {
        (process, socket) = try ChildProcess.start(program, word: word)
    }

    deinit { close(socket) }

    /// Asks one question. After any other outcome than an answer the child is to be ended.
    ///
    /// - Parameters:
    ///   - most: the bytes that the answer may have.
    ///   - deadline: of CLOCK_MONOTONIC, in nanoseconds.
    package func ask(_ question: [UInt8], most: Int, until deadline: UInt64) -> Outcome {
        let count = UInt32(clamping: question.count)
        let message = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + question
        var sent = 0
        while sent < message.count {
            // In bounds: it is the array's own length.
            let done = message[sent...].withUnsafeBytes {
                send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if done > 0 {
                sent += done
            } else if let outcome = wait(for: POLLOUT, until: deadline) {
                return outcome
            }
        }
        var answer: [UInt8] = []
        var length: Int?
        var piece = [UInt8](repeating: 0, count: 4096)
        while length.map({ answer.count < $0 + 4 }) ?? true {
            // In bounds: the array has the bytes that are read.
            let done = recv(socket, &piece, piece.count, Int32(MSG_DONTWAIT))
            if done == 0 { return .end }
            guard done > 0 else {
                if let outcome = wait(for: POLLIN, until: deadline) { return outcome }
                continue
            }
            answer += piece[..<done]
            if length == nil, answer.count >= 4 { length = answer[..<4].reduce(0) { $0 << 8 | Int($1) } }
            if answer.count > most + 4 || length ?? 0 > most { return .end }
        }
        return .answer(Array(answer.dropFirst(4)))
    }

    /// Waits until the socket can go on; the outcome of a question where it cannot, or not in time.
    private func wait(for event: Int32, until deadline: UInt64) -> Outcome? {
        guard [EAGAIN, EINTR].contains(errno) else { return .end }
        let now = apus_monotonic_nanoseconds()
        guard now < deadline else { return .silence }
        var polled = pollfd(fd: socket, events: Int16(event), revents: 0)
        // Rounded up, or the last millisecond would be asked for over and over.
        _ = poll(&polled, 1, Int32(clamping: (deadline - now + 999_999) / 1_000_000))
        return nil
    }

    /// The time that a child has to be gone which was ended and waits for nobody: a matter of milliseconds.
    private static let patience: Int32 = 200

    /// Ends it.
    ///
    /// - Returns: whether it is gone; one that waits for a file system may only go when that answers, and is to be reaped then.
    package func end() -> Bool {
        process.kill()
        let ended = apus_pidfd_open(process.pid)
        if ended >= 0 {
            var polled = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
            _ = poll(&polled, 1, Self.patience)
            close(ended)
        }
        return process.reap() != nil
    }
}
