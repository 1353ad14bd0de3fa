import ApusLimits
import ApusLinux
import Glibc

extension LinuxError {
    /// Says why a file of the agent's settings could not be read, and what to do about it.
    ///
    /// - Parameters:
    ///   - longest: what a file of its kind may have.
    ///   - remedy: how it becomes shorter.
    func reading(longest: ByteLimit, _ remedy: String) -> String {
        // What is no file at all says so, and what to name instead.
        if case .notRegular = self { return "it cannot be read: \(reason)" }
        return switch code {
        case EFBIG: "it has more than \(longest.limitText): \(remedy)"
        case ENOENT: "there is no such file: write it, or name another one"
        case ENOTDIR: "a part of its path is no folder: mend the path"
        case EISDIR: "it is a folder: name a file in it"
        case ELOOP: "its links lead in a circle: mend them, or name another file"
        case EACCES, EPERM: "the user with the id \(geteuid()) may not read it: let the agent's user read it"
        default: "it cannot be read (\(reason)): see whether `cat` reads it as the agent's user, or name another file"
        }
    }
}
