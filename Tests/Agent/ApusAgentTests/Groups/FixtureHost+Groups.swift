import ApusAgent
import ApusLinux
import Foundation
import HostTesting
import Testing

extension FixtureHost {
    /// A process that a test puts into the tree.
    struct Process {
        var pid: Int32
        var parent: Int32 = 1
        var name = "nginx"
        var command = "nginx: worker process"
        var state: Character = "S"
        var userTicks = 0
        var systemTicks = 0
        var childrenUserTicks = 0
        var childrenSystemTicks = 0
        var minorFaults = 1
        var childrenMinorFaults = 0
        var majorFaults = 0
        var threads = 1
        var startTicks = 329_000
        var virtualBytes = 1 << 20
        var residentPages = 10
        /// In statm; `nil`: there is no such file.
        var countedPages: Int?
        var readBytes: Int? = 0
        var writtenBytes = 0
        /// How often it was given a processor; `nil`: the kernel does not count.
        var runs: Int?
        var openFiles = 3
        var filesLimit = 1024
        /// Of KiB.
        var anonymous = 4
        var swap = 0
        var oomScore = 0
        /// Of KiB, in smaps_rollup.
        var rss = 40
        var pss = 20
        /// The user that it runs as.
        var uid = 0
        /// `nil`: the unit of its name.
        var controlGroup: String?
    }

    /// Puts processes into the tree, or writes over what the kernel says of them.
    func put(_ processes: Process...) throws { for process in processes { try put(process) } }

    private func put(_ process: Process) throws {
        let base = folder.path("host/proc/\(process.pid)")
        try? FileManager.default.removeItem(atPath: "\(base)/fd")
        try FileManager.default.createDirectory(atPath: "\(base)/fd", withIntermediateDirectories: true)
        for number in 0..<process.openFiles { try write("", to: "\(base)/fd/\(number)") }
        try write(
            "\(process.pid) (\(process.name)) \(process.state) \(process.parent) 1 1 0 -1 4194304 \(process.minorFaults) "
                + "\(process.childrenMinorFaults) \(process.majorFaults) 0 \(process.userTicks) \(process.systemTicks) "
                + "\(process.childrenUserTicks) \(process.childrenSystemTicks) 20 0 \(process.threads) 0 \(process.startTicks) "
                + "\(process.virtualBytes) \(process.residentPages) 18446744073709551615 0 0 0 0 0 0 0 0 0\n",
            to: "\(base)/stat")
        if let runs = process.runs { try write("\(1000 * runs) 7 \(runs)\n", to: "\(base)/schedstat") }
        if let pages = process.countedPages { try write("256 \(pages) 3 4 0 5 0\n", to: "\(base)/statm") }
        try write("\(process.name)\n", to: "\(base)/comm")
        try write(process.command.replacing(" ", with: "\0") + "\0", to: "\(base)/cmdline")
        try write("0::\(process.controlGroup ?? "/system.slice/\(process.name).service")\n", to: "\(base)/cgroup")
        try write(
            "Limit Soft Hard Units\nMax open files            \(process.filesLimit)                 4096                 files\n",
            to: "\(base)/limits")
        try write(
            "Name:\t\(process.name)\nUid:\t0\t\(process.uid)\t0\t0\nVmRSS:\t    40 kB\nRssAnon:\t    \(process.anonymous) kB\nVmSwap:\t    \(process.swap) kB\n",
            to: "\(base)/status")
        try write("\(process.oomScore)\n", to: "\(base)/oom_score")
        try write(
            "1000-2000 ---p 00000000 00:00 0    [rollup]\nRss:     \(process.rss) kB\nPss:     \(process.pss) kB\nPss_Anon:   1 kB\n",
            to: "\(base)/smaps_rollup")
        if let read = process.readBytes {
            try write("rchar: 1\nwchar: 2\nread_bytes: \(read)\nwrite_bytes: \(process.writtenBytes)\n", to: "\(base)/io")
        }
    }

    /// In place: a descriptor that is open on the file reads the new text.
    private func write(_ text: String, to path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            return try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// A process is gone with all that the kernel had on it: what is open reads nothing.
    func remove(_ pid: Int32) throws {
        for name in ["stat", "schedstat"] { try write("", to: folder.path("host/proc/\(pid)/\(name)")) }
        try FileManager.default.removeItem(atPath: folder.path("host/proc/\(pid)"))
    }

    func groups(
        _ yaml: String, named host: String = "host-1", pssBudget: Duration = .zero,
        descriptors: Int? = DescriptorLimit.current?.soft
    ) throws -> ProcessGroups {
        ProcessGroups(
            try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml", host: host), retention: .seconds(300), root: root,
            proportionalBudget: ProportionalBudget(pssBudget, each: .seconds(15), work: AgentWork(at: time.now)),
            sockets: survey, descriptors: descriptors,
            logger: log.logger, at: time.now)
    }

    /// What groups come to a while later.
    func look(_ groups: ProcessGroups, after pause: Duration = .seconds(1)) -> [ProcessGroups.Served] {
        time.pass(pause)
        return groups.look(at: time.now)
    }

    /// Has the next turn of the sampling loop come.
    func turn(_ groups: ProcessGroups) {
        time.pass(.seconds(15))
        groups.tick(at: time.now)
    }
}
