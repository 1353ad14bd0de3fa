import FoundationEssentials
import Glibc

/// Who holds a lease: `host-pid-random`, unique for each start of a process.
package enum WorkerOwner {
    /// An owner id for this process.
    package static func make() -> String { prefix(pid: getpid()) + UUID().uuidString.prefix(8).lowercased() }

    /// What the ids of a process of this host begin with.
    package static func prefix(pid: Int32) -> String {
        var name = [CChar](repeating: 0, count: 256)
        // A name that fills the buffer may come without its zero byte, gethostname(2).
        let host =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "localhost"
        return "\(host)-\(pid)-"
    }
}
