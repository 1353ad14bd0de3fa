import Foundation
import HostTesting

/// Writes into a journal as a systemd unit: journald knows a unit by the cgroup of the writing process.
final class UnitWriter {
    let unit: String
    private let cgroups: [String]
    private let socket: String
    private let folder: TemporaryFolder

    struct NoUnit: Error, CustomStringConvertible {
        let description: String
    }

    init(unit: String, syslog socket: String) throws {
        self.unit = unit
        self.socket = socket
        folder = try TemporaryFolder()
        // Of version 2 alone, or beside version 1.
        let hierarchies = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"]
            .filter { FileManager.default.fileExists(atPath: "\($0)/cgroup.procs") }
        cgroups = hierarchies.map { "\($0)/\(unit)" }
        for cgroup in cgroups where mkdir(cgroup, 0o755) != 0 && errno != EEXIST {
            throw NoUnit(description: "\(cgroup) cannot be made: units need root and a writable cgroup file system")
        }
    }

    deinit {
        for cgroup in cgroups { rmdir(cgroup) }
    }

    /// Starts to write lines, each with its priority: more of them than the socket's queue holds, so that journald sees the process
    /// while it lives.
    func start(_ lines: [(priority: Int, text: String)]) throws -> Process {
        try folder.write(lines.map { "<\($0.priority)>\($0.text)\n" }.joined(), to: "lines")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "for group in \(cgroups.joined(separator: " ")); do echo $$ > $group/cgroup.procs; done\nexec \"$@\"", "sh",
            "logger", "--socket", socket, "--prio-prefix", "--file", folder.path("lines"),
        ]
        try process.run()
        return process
    }
}
