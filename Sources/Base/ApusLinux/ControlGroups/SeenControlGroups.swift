import Glibc
import Synchronization

/// The control groups of processes with what follows from their names, worked out once for all that are in the same.
///
/// A file of a process is read at each look, and says the same nearly always.
package final class SeenControlGroups: Sendable {
    package let groups: ControlGroups
    /// ``ControlGroups/ownGroup``.
    package let ownGroup: String?
    /// ``ControlGroups/ownPlaces``.
    package let ownPlaces: [String: String]?
    /// The bytes of the file.
    let bytes: [UInt8]
    /// Whether it may be kept, as the names are of the usual length.
    var isLasting: Bool { bytes.count <= Self.longest }
    private let unified: String?

    package init(_ bytes: [UInt8], root: KernelRoot) {
        self.bytes = bytes
        groups = ControlGroups(bytes, isUnified: root.isUnified)
        ownGroup = groups.ownGroup
        ownPlaces = groups.ownPlaces
        unified = groups.unifiedPath(root)
    }

    /// Bytes of a file, past which it is read anew each time; those of hosts with version 1 have a line for each controller.
    private static let longest = 2048

    /// The folder with the kernel's files on the group of the unified hierarchy, which is looked for each time.
    ///
    /// It is `nil` where it is not in sight, or is the root of all groups, whose files speak of the whole machine. It is also `nil` where the
    /// process's group is one of version 1, and the unified hierarchy only has who started it.
    package var unifiedFolder: String? {
        // Every group has the file but the root of all.
        unified.flatMap { access("\($0)/cgroup.type", F_OK) == 0 ? $0 : nil }
    }
}

/// The groups that processes were seen in lately, as far as they are few and their names are of the usual length.
struct SeenControlGroupsMemo: Sendable {
    private var byBytes: [[UInt8]: SeenControlGroups] = [:]

    /// Sets of groups; of more than these, all are forgotten.
    private static let most = 128

    subscript(bytes: [UInt8]) -> SeenControlGroups? { byBytes[bytes] }

    mutating func keep(_ seen: SeenControlGroups) {
        guard seen.isLasting else { return }
        if byBytes.count >= Self.most { byBytes.removeAll(keepingCapacity: true) }
        byBytes[seen.bytes] = seen
    }
}

extension KernelRoot {
    /// The groups that a file of a process names, of which nothing is worked out twice.
    ///
    /// - Parameter last: what the process was in before; `nil` where nobody knows.
    /// - Throws: ``LinuxError``.
    func controlGroups(in file: ProcFile, last: SeenControlGroups?) throws(LinuxError) -> SeenControlGroups {
        let bytes: [UInt8]? = try file.read(capacity: 1 << 16) { bytes in
            // A file that says what it said before is not copied.
            .some(last.map { $0.isLasting && $0.bytes.elementsEqual(bytes) } == true ? nil : Array(bytes))
        }
        if let last, bytes == nil { return last }
        let key = bytes ?? []
        if let seen = seenGroups.withLock({ $0[key] }) { return seen }
        // Outside of the lock, which all processes share.
        let seen = SeenControlGroups(key, root: self)
        seenGroups.withLock { $0.keep(seen) }
        return seen
    }

    /// The groups of process 1, read once a second; `nil` where they cannot be read. It is moved when systemd begins.
    func firstGroups() -> ControlGroups? {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return seenFirstGroups.withLock { first in
            if let first, first.second == now.tv_sec { return first.groups }
            let groups = try? ControlGroups(of: 1, root: self)
            first = (now.tv_sec, groups)
            return groups
        }
    }
}
