import ApusLinux
import Foundation
import HostTesting

/// Files as proc(5) has them, of processes that a program makes up.
final class ProcessTree {
    let root: KernelRoot
    private let folder: TemporaryFolder
    private var ticks: [Int32: (UInt64, String, UInt64)] = [:]

    init() throws {
        folder = try TemporaryFolder()
        root = KernelRoot(folder.path("host"), ticksPerSecond: 100, pageSize: 4096)
        try folder.write("btime 1764000000\n", to: "host/proc/stat")
    }

    func begin(_ pid: Int32, _ command: String, startTicks: UInt64) throws {
        ticks[pid] = (startTicks, command, 0)
        let files = [
            "comm": "worker\n", "cmdline": command.replacing(" ", with: "\0") + "\0",
            "cgroup": "0::/system.slice/worker.service\n",
            "limits": "Max open files            1024                 4096                 files\n",
            "status": "Name:\tworker\nRssAnon:\t    8 kB\nVmSwap:\t    0 kB\n", "oom_score": "7\n",
            "io": "rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 0\n", "fd/0": "",
        ]
        for (name, text) in files { try folder.write(text, to: "host/proc/\(pid)/\(name)") }
        try writeStat(pid, isNew: true)
    }

    /// The process uses 10 ms of CPU.
    func work(_ pid: Int32) throws {
        ticks[pid]?.2 += 1
        try writeStat(pid, isNew: false)
    }

    private func writeStat(_ pid: Int32, isNew: Bool) throws {
        guard let (start, _, used) = ticks[pid] else { return }
        let text =
            "\(pid) (worker) S 1 1 1 0 -1 4194304 5 0 0 0 \(used) 1 0 0 20 0 1 0 \(start) 1048576 10 18446744073709551615 0\n"
        guard !isNew else { return try folder.write(text, to: "host/proc/\(pid)/stat") }
        // In place, as a descriptor that is open on it reads the new text.
        let file = try FileHandle(forWritingTo: URL(filePath: folder.path("host/proc/\(pid)/stat")))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// A process is gone with all that the kernel had of it: what is open reads nothing.
    func end(_ pid: Int32) throws {
        ticks[pid] = nil
        let file = try FileHandle(forWritingTo: URL(filePath: folder.path("host/proc/\(pid)/stat")))
        try file.truncate(atOffset: 0)
        try file.close()
        try folder.remove("host/proc/\(pid)")
    }
}
