import FoundationEssentials
import Glibc

/// The ids under which workers hold leases: `host-pid-start`, one for each start of a process.
///
/// The start is a random name, by which two starts under one pid are told apart, and the processes of containers that have one host's name.
/// A supervisor gives it to the process, so that it can give back the leases of just this start when the process dies.
package enum WorkerOwner {
    /// The environment variable of the start's name.
    package static let startVariable = "APUS_START"

    /// Makes the owner id of this process.
    package static func make() -> String {
        let given = ProcessInfo.processInfo.environment[startVariable].flatMap { $0.isEmpty ? nil : String($0.prefix(64)) }
        return id(pid: getpid(), start: given ?? UUID().uuidString.filter { $0 != "-" }.prefix(16).lowercased())
    }

    /// The owner id of a process of this host.
    package static func id(pid: Int32, start: String) -> String {
        var name = [CChar](repeating: 0, count: 256)
        // A name that fills the buffer may come without its zero byte, gethostname(2).
        let host =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "localhost"
        return "\(host)-\(pid)-\(start)"
    }
}
