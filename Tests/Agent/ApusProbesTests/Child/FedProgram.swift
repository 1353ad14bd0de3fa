import Glibc
import HostTesting

/// A program that has read what a test feeds it, and waits for more until it is stopped. It has no process beside its own, which would
/// outlive it.
final class FedProgram: Sendable {
    private let folder: TemporaryFolder
    private let program: RunningProgram
    /// Both ends of its input, which so does not come to its end.
    private let input: Int32

    init(_ program: String, _ arguments: [String], input text: String) throws {
        folder = try TemporaryFolder()
        let path = folder.path("input")
        guard mkfifo(path, 0o600) == 0 else { throw Fault(text: "\(path) cannot be made: \(errno)") }
        input = open(path, O_RDWR | O_CLOEXEC)
        let bytes = Array((text + "\n").utf8)
        guard write(input, bytes, bytes.count) == bytes.count else { throw Fault(text: "\(path) takes no input: \(errno)") }
        self.program = try RunningProgram("/bin/sh", ["-c", "exec \"$@\" < \"$0\"", path, program] + arguments)
    }

    private struct Fault: Error {
        let text: String
    }

    func stop() {
        program.stop()
        close(input)
    }
}
