import AgentMetrics
package import ApusLinux
import ApusText
import Glibc

/// Which processes of a host the groups of a file match at a moment, without their descendants.
package struct GroupCensus: Sendable {
    /// The processes of an instance.
    private struct Members {
        let group: Int
        let identity: InstanceIdentity
        var pids: [Int32]
    }

    /// A line for each instance, and for each group that matches nothing, in the order of the groups.
    package let lines: [String]

    /// Looks at every process once; those that end meanwhile, and the one that looks, are left out.
    ///
    /// - Throws: ``LinuxError`` when the processes cannot be listed.
    package init(of file: WatchFile, root: KernelRoot = .live) throws(LinuxError) {
        let first = try? ControlGroups(of: 1, root: root)
        let pids = try FolderNames.read(root.proc).compactMap { Int32($0) }.filter { $0 != getpid() }.sorted()
        var members: [InstanceIdentity: Members] = [:]
        for pid in pids {
            guard let facts = try? ProcessFacts(of: pid, root: root, below: first), let match = file.match(facts) else {
                continue
            }
            let group = file.groups.firstIndex { $0.place == match.group.place } ?? 0
            members[match.identity, default: Members(group: group, identity: match.identity, pids: [])].pids.append(pid)
        }
        lines = file.groups.enumerated().flatMap { index, group in
            let own = members.values.filter { $0.group == index }.sorted { $0.identity < $1.identity }
            return own.isEmpty ? [Self.line(of: group)] : own.map(Self.line)
        }
    }

    private static func line(of group: GroupDeclaration) -> String {
        "\(group.service)/\(group.instance): no process matches the group in line \(group.place.line)"
    }

    private static func line(of members: Members) -> String {
        let shown = 10
        let count = members.pids.count
        let pids = members.pids.prefix(shown).map { "\($0)" }.joined(separator: " ")
        return "\(members.identity): \(count) process\(count == 1 ? "" : "es"): \(pids)\(count > shown ? " …" : "")"
    }
}
