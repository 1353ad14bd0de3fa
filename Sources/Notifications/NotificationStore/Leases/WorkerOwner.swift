import FoundationEssentials
import Glibc

/// The ids under which workers hold leases: `host-pid-random`, one for each start of a process.
///
/// Host and pid tell who held the leases of a process that died, so that they can be given back; the random part tells two starts
/// under one pid apart.
package enum WorkerOwner {
    /// Makes an owner id for this process.
    package static func make() -> String { prefix(pid: getpid()) + UUID().uuidString.prefix(8).lowercased() }

    /// The text with which the ids of a process of this host begin.
    package static func prefix(pid: Int32) -> String {
        var name = [CChar](repeating: 0, count: 256)
        // A name that fills the buffer may come without its zero byte, gethostname(2).
        let host =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "localhost"
        return "\(host)-\(pid)-"
    }
}
