import Foundation
import Synchronization

/// A host of its own, booted by a real systemd in a container over this machine's files; what it writes is gone at its end.
package final class BootedHost: Sendable {
    struct NotBooted: Error, CustomStringConvertible {
        let description: String
    }

    private static let count = Atomic(0)
    private let folder: TemporaryFolder
    private let name: String
    private let process: Process
    private let initPID: Int32

    /// Mounts are in a namespace of the script's own and go with it. The container is in a cgroup of its own, which systemd is
    /// given whole.
    private static let script = """
        set -e
        mount -t tmpfs tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
        cd "$1/root"
        rm -rf etc/systemd/system/*.wants etc/hostname var/log/journal etc/rc?.d/S*
        : > etc/machine-id
        for hierarchy in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
            [ -e $hierarchy/cgroup.procs ] || continue
            mkdir $hierarchy/$2
            echo $$ > $hierarchy/$2/cgroup.procs
        done
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        exec setsid systemd-nspawn --quiet --directory="$1/root" --boot --register=no --keep-unit --private-network \\
            --machine=$2 --hostname=$2 --console=pipe
        """

    package init() throws {
        guard getuid() == 0 else { throw NotBooted(description: "a container needs root: run these tests as root") }
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-nspawn") else {
            throw NotBooted(
                description: "there is no systemd-nspawn: install the packages systemd-container, systemd-sysv and dbus")
        }
        folder = try TemporaryFolder()
        // Tests of several processes have hosts at one time, and one test after the other within a process.
        name = "apus-units-\(getpid())-\(Self.count.add(1, ordering: .relaxed).newValue)"
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = ["--mount", "--fork", "sh", "-c", Self.script, "boot", folder.path, name]
        process.standardInput = FileHandle.nullDevice
        try folder.write("", to: "../\(name).console")
        let console = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("../\(name).console")))
        process.standardOutput = console
        process.standardError = console
        try process.run()
        let running = process
        let script = process.processIdentifier
        var found: Int32?
        let booted = comesTrue(within: .seconds(30)) {
            guard running.isRunning else { return true }
            found = Self.child(of: script).flatMap(Self.child)
            return found.map { access("/proc/\($0)/root/run/dbus/system_bus_socket", F_OK) == 0 } ?? false
        }
        guard booted, running.isRunning, let found else {
            if running.isRunning { kill(script, SIGKILL) }
            throw NotBooted(description: "the container did not boot: \(try folder.read("../\(name).console"))")
        }
        initPID = found
    }

    deinit {
        // SIGRTMIN+4 tells systemd to power off.
        kill(initPID, 38)
        let process = process
        if !comesTrue(within: .seconds(20), { !process.isRunning }) { kill(initPID, SIGKILL) }
        process.waitUntilExit()
        for hierarchy in ["systemd/", "unified/", ""] { Self.removeCgroup("/sys/fs/cgroup/\(hierarchy)\(name)") }
        for hierarchy in ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu"] {
            let groups = (try? FileManager.default.contentsOfDirectory(atPath: hierarchy)) ?? []
            for group in groups where group.hasPrefix("\(name)-") { rmdir("\(hierarchy)/\(group)") }
        }
        unlink(folder.path("../\(name).console"))
    }

    /// Its root, as this machine sees it.
    package var root: String { "/proc/\(initPID)/root" }

    package func run(_ command: [String]) throws -> Command {
        try Command.run(
            "nsenter",
            ["--target", "\(initPID)", "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"] + command)
    }

    /// Holds a process to so much memory, its cache included, where the kernel's memory controller is one of cgroup v1: the host's systemd
    /// cannot do it there. Where it can, nothing is done.
    ///
    /// - Parameters:
    ///   - pid: as the host knows it.
    ///   - bytes: what systemd was told.
    package func limitMemory(of pid: Int, to bytes: Int) throws {
        try group(pid, in: "/sys/fs/cgroup/memory") { try Self.put(bytes, into: "\($0)/memory.limit_in_bytes") }
    }

    /// Gives a process the part of the processors that its unit's `CPUWeight` has beside units of the usual weight, 100, where the
    /// kernel's controller of them is one of cgroup v1; where systemd can do it, nothing is done.
    package func weighProcessors(of pid: Int, by weight: Int) throws {
        try group(pid, in: "/sys/fs/cgroup/cpu") { try Self.put(1024 * weight / 100, into: "\($0)/cpu.shares") }
    }

    private func group(_ pid: Int, in hierarchy: String, _ set: (String) throws -> Void) throws {
        guard FileManager.default.fileExists(atPath: "\(hierarchy)/tasks") else { return }
        let group = "\(hierarchy)/\(name)-\(pid)"
        try FileManager.default.createDirectory(atPath: group, withIntermediateDirectories: true)
        try set(group)
        try Self.put(try outerPID(of: pid), into: "\(group)/cgroup.procs")
    }

    /// The number by which this machine knows a process of the host.
    private func outerPID(of pid: Int) throws -> Int {
        let namespace = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(initPID)/ns/pid")
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(name) != nil {
            guard (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/ns/pid")) == namespace,
                let status = try? String(contentsOfFile: "/proc/\(name)/status", encoding: .utf8),
                let numbers = status.split(separator: "\n").first(where: { $0.hasPrefix("NSpid:") }),
                numbers.split(whereSeparator: \.isWhitespace).last.flatMap({ Int($0) }) == pid
            else { continue }
            return Int(name) ?? 0
        }
        throw NotBooted(description: "process \(pid) of the host is not there")
    }

    /// The kernel's files take a whole value in one write, in place.
    private static func put(_ value: Int, into path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.write(contentsOf: Data("\(value)".utf8))
        try file.close()
    }

    /// Its files are the kernel's; only folders are removed, the innermost first.
    private static func removeCgroup(_ path: String) {
        let entries = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        for entry in entries.sorted(by: >) { rmdir("\(path)/\(entry)") }
        rmdir(path)
    }

    private static func child(of pid: Int32) -> Int32? {
        let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
        return text.flatMap { $0.split(separator: " ").first }.flatMap { Int32($0) }
    }
}
