import Glibc

/// The control groups that a process is in, as /proc/PID/cgroup has them (cgroups(7)).
package struct ControlGroups: Sendable, Equatable {
    /// The path in the unified hierarchy, from its mount on, such as `/system.slice/nginx.service`; `nil` where there is none.
    package let unified: String?
    /// The path in the hierarchy of its own that systemd has beside those of version 1, which a container may see without using it;
    /// `nil` where there is none.
    package let named: String?
    /// The paths in the hierarchies of version 1, by the controllers whose files are read; empty where the unified one has all of them.
    package let controllers: [String: String]

    /// Reads the groups of a process.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when there is no such process.
    package init(of pid: Int32, root: KernelRoot = .live) throws(LinuxError) {
        try self.init(ProcFile("\(root.proc)/\(pid)/cgroup"), root)
    }

    /// Reads the groups that a process is in now.
    ///
    /// - Parameter file: /proc/PID/cgroup.
    /// - Throws: ``LinuxError``.
    package init(_ file: ProcFile, _ root: KernelRoot) throws(LinuxError) {
        self = try file.read(capacity: 1 << 16) { Self($0, isUnified: root.isUnified) }
    }

    /// The folder that the group of the unified hierarchy would have.
    func unifiedPath(_ root: KernelRoot) -> String? {
        guard !isMixed || unified == path || ownPlaces?[Self.unifiedPlace] != nil else { return nil }
        return unified.flatMap(root.unifiedFolder)
    }

    /// Parses lines of `HIERARCHY:CONTROLLERS:PATH`.
    ///
    /// - Parameter isUnified: whether what is mounted is the unified hierarchy alone, so that nothing can be read of version 1.
    package init(_ bytes: some Collection<UInt8>, isUnified: Bool = false) {
        var (unified, named): (String?, String?)
        var controllers: [String: String] = [:]
        for bytes in bytes.split(separator: UInt8(ascii: "\n")) {
            // Names of groups are bytes to the kernel. One that is no text is left out: no file could be opened under it.
            guard let line = String(validating: bytes, as: UTF8.self) else { continue }
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[0] == "0" { unified = String(fields[2]) }
            if fields[1] == "name=systemd" { named = String(fields[2]) }
            guard !isUnified else { continue }
            for name in fields[1].split(separator: ",") where KernelRoot.versionOne.contains(String(name)) {
                controllers[String(name)] = String(fields[2])
            }
        }
        self.unified = unified
        self.named = named
        self.controllers = controllers
    }

    /// Whether controllers are of version 1, and the unified hierarchy has none for them: the process's group is theirs.
    private var isMixed: Bool { !controllers.isEmpty }

    /// The path of the process's group: that of the unified hierarchy, where this has the controllers; else that of systemd's own hierarchy
    /// or of a controller of version 1, one of a container first, as a runtime's own unit may be all that the unified one says.
    package var path: String? {
        guard isMixed else { return unified ?? named }
        let paths = ([named] + KernelRoot.versionOne.map { controllers[$0] } + [unified]).compactMap(\.self)
        return paths.first { Self.containerID(in: $0) != nil } ?? paths.first { $0 != "/" } ?? paths.first
    }

    /// The system unit whose processes are in these groups, such as `apus-worker@worker-1.service`; `nil` where it is none of
    /// systemd's groups. Of a process of a user's service manager it is `user@UID.service`.
    ///
    /// The rule is that of sd_pid_get_unit(3): the first part of the path that is no slice. Where no controller is of version 1 the unified
    /// hierarchy is looked at first: a container's systemd may use it while the host's own hierarchy is in sight.
    ///
    /// - Parameter first: the groups of process 1, for a container whose groups are not its own to see: units are below the group
    ///   that systemd was started in.
    package func systemUnit(below first: ControlGroups? = nil) -> String? {
        if isMixed {
            if path == named { return Self.systemUnit(named, below: first?.named) }
            // A controller's group is no unit's on its own.
            return path == unified ? Self.systemUnit(unified, below: first?.unified) : nil
        }
        return Self.systemUnit(unified, below: first?.unified) ?? Self.systemUnit(named, below: first?.named)
    }

    /// The unit that a group with this path is of, in whichever hierarchy; `nil` where it is none of systemd's.
    ///
    /// - Parameter first: the groups of process 1, as ``systemUnit(below:)`` has it.
    package static func systemUnit(of path: String, below first: ControlGroups?) -> String? {
        systemUnit(path, below: first?.unified) ?? systemUnit(path, below: first?.named)
    }

    /// Whether a group with this path can hold units: a slice, or one above the group that systemd was started in.
    package static func mayHoldUnits(_ path: String, below first: ControlGroups?) -> Bool {
        [first?.unified, first?.named].contains { first in
            let base = first.map(base(of:)) ?? ""
            if base.hasPrefix(path + "/") || base == path { return true }
            guard path.hasPrefix(base + "/") else { return false }
            return path.dropFirst(base.count).split(separator: "/").allSatisfy { $0.hasSuffix(".slice") }
        }
    }

    /// The path of the group that is a service's own: that of its unit, a user's unit too, or of its container, whichever is the innermost;
    /// `nil` of a process in a group that it shares with others, such as a login session or the root of all.
    package var ownGroup: String? {
        isMixed ? path.flatMap(Self.ownGroup) : unified.flatMap(Self.ownGroup) ?? named.flatMap(Self.ownGroup)
    }

    /// The paths of ``ownGroup`` in the hierarchies that have it, by the controller of version 1 and by ``unifiedPlace``; `nil` where it has
    /// one path in all of them. A process can be in the group of one controller and not in that of another.
    package var ownPlaces: [String: String]? {
        guard isMixed, let own = ownGroup else { return nil }
        var places = controllers
        places[Self.unifiedPlace] = unified
        let (name, id) = (own.split(separator: "/").last, Self.containerID(in: own))
        return places.compactMapValues { path in
            Self.ownGroup(path).flatMap { place in
                place.split(separator: "/").last == name || id != nil && Self.containerID(in: place) == id ? place : nil
            }
        }
    }

    /// The name of the unified hierarchy among those of version 1.
    static let unifiedPlace = ""

    private static func ownGroup(_ path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.first != "..", let place = parts.lastIndex(where: { isUnitName($0) || containerID($0) != nil })
        else { return nil }
        let name = parts[place]
        let isShared = name == "init.scope" || name.hasPrefix("session-") && name.hasSuffix(".scope") || name.hasPrefix("user@")
        return isShared ? nil : "/" + parts[...place].joined(separator: "/")
    }

    /// The id of the container whose group has this path or is above it, as Docker, Podman, containerd and CRI-O name them; `nil` where
    /// there is none.
    package static func containerID(in path: String) -> Substring? {
        path.split(separator: "/").reversed().lazy.compactMap { containerID($0) }.first
    }

    /// The 64 hexadecimal digits of a group's name: `ID`, `docker-ID.scope`, `libpod-ID.scope`, `cri-containerd-ID.scope`; or
    /// `SLICE:cri-containerd:ID`, a name for systemd that a runtime without systemd takes for a folder's.
    private static func containerID(_ name: Substring) -> Substring? {
        let stem = name.hasSuffix(".scope") ? name.dropLast(".scope".count) : name
        let parts = stem.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }
        // The program that watches over a container has a group beside the container's.
        guard let id = parts.last, id.utf8.count == 64, !parts.dropLast().contains("conmon"),
            id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        return id
    }

    private static func systemUnit(_ path: String?, below first: String?) -> String? {
        let base = first.map(base(of:)) ?? ""
        guard let path, path.hasPrefix(base) else { return nil }
        for part in path.dropFirst(base.count).split(separator: "/") {
            // A leading underscore keeps a unit's name apart from the kernel's files.
            let name = part.hasPrefix("_") ? part.dropFirst() : part
            if name.hasSuffix(".slice") { continue }
            return isUnitName(name) ? String(name) : nil
        }
        return nil
    }

    /// The group that systemd was started in, from that of process 1: what comes before its own `/init.scope`.
    private static func base(of first: String) -> Substring {
        let own = first.hasSuffix("/init.scope") ? first.dropLast("/init.scope".count) : first[...]
        return own == "/" ? "" : own
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
