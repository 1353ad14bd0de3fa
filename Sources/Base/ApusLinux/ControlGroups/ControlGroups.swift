/// The control groups that a process is in, as /proc/PID/cgroup has them (cgroups(7)).
package struct ControlGroups: Sendable, Equatable {
    /// The path in the unified hierarchy, from its mount on, such as `/system.slice/nginx.service`; `nil` where there is none.
    package let unified: String?
    /// The path in the hierarchy that systemd keeps processes apart with: the unified one, or its own beside version 1.
    package let systemd: String?

    /// Reads the groups of a process.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when there is no such process.
    package init(of pid: Int32, root: KernelRoot = .live) throws(LinuxError) {
        self = try ProcFile("\(root.proc)/\(pid)/cgroup").read(capacity: 1 << 16) { Self($0) }
    }

    /// Parses lines of `HIERARCHY:CONTROLLERS:PATH`.
    package init(_ bytes: some Collection<UInt8>) {
        var (unified, named): (String?, String?)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[0] == "0" { unified = String(fields[2]) }
            if fields[1] == "name=systemd" { named = String(fields[2]) }
        }
        self.unified = unified
        systemd = named ?? unified
    }

    /// The system unit whose processes are in these groups, such as `apus-worker@worker-1.service`; `nil` where it is none of
    /// systemd's groups. Of a process of a user's service manager it is `user@UID.service`.
    ///
    /// The rule is that of sd_pid_get_unit(3): the first part of the path that is no slice.
    ///
    /// - Parameter base: the group that systemd itself was started in, in a container whose groups are not its own to see.
    package func systemUnit(below base: String = "") -> String? {
        guard let systemd, systemd.hasPrefix(base) else { return nil }
        for part in systemd.dropFirst(base.count).split(separator: "/") {
            // A leading underscore keeps a unit's name apart from the kernel's files.
            let name = part.hasPrefix("_") ? part.dropFirst() : part
            if name.hasSuffix(".slice") { continue }
            return Self.isUnitName(name) ? String(name) : nil
        }
        return nil
    }

    /// The group that systemd was started in, from those of process 1: what comes before its own `/init.scope`.
    package var base: String {
        let path = systemd ?? ""
        let own = path.hasSuffix("/init.scope") ? path.dropLast("/init.scope".count) : path[...]
        return own == "/" ? "" : String(own)
    }

    /// The types of units that have processes, and the characters of a unit's name (systemd.unit(5)).
    private static func isUnitName(_ name: Substring) -> Bool {
        let suffixes = [".service", ".scope", ".socket", ".mount", ".swap"]
        guard let suffix = suffixes.first(where: { name.hasSuffix($0) }), name.utf8.count > suffix.utf8.count,
            name.utf8.count <= 255, !name.hasPrefix("@")
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ":-_.\\@".utf8.contains(byte)
            }
        }
    }
}
