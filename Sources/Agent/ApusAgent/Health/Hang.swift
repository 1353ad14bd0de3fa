/// Why a process that lives counts as hung.
package enum Hang: Equatable, Sendable, CustomStringConvertible {
    /// Its reporter gives no sign of life. The state is the letter of proc_pid_stat(5), where it can be read.
    case silent(seconds: Double, state: UInt8?)
    /// An executor that it has watched runs nothing.
    case blocked(executor: String, seconds: Double)

    package var description: String {
        switch self {
        case .silent(let seconds, let state):
            "no sign of life for \(Self.tenths(seconds)) s" + (state.map { ": \(Self.words($0))" } ?? "")
        case .blocked(let executor, let seconds):
            "the executor \(executor) has run nothing for \(Self.tenths(seconds)) s"
        }
    }

    private static func words(_ state: UInt8) -> String {
        let letter = Character(Unicode.Scalar(state))
        return switch letter {
        case "T": "the process is stopped by a signal (state T)"
        case "t": "the process is stopped by a debugger (state t)"
        case "D": "the process waits in the kernel, as for a disk or a file server (state D)"
        default: "the thread that gives it does not run (the process is in state \(letter))"
        }
    }

    private static func tenths(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }
}
