import AgentMetrics
package import ApusLinux
import ApusText
import Glibc

/// Which processes and control groups of a host the groups of a file match at a moment, without descendants.
package struct GroupCensus: Sendable {
    /// What an instance has.
    private struct Members {
        let group: Int
        let identity: InstanceIdentity
        var controlGroups: [String] = []
        var pids: [Int32] = []
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
        // Whom of others each group matches, and how often.
        var others: [Int: [InstanceIdentity: Int]] = [:]
        var watch = ControlGroupWatch(root, isWhole: false, descriptors: nil)
        watch.find(file.groups, below: first, isTurn: true)
        for claim in watch.claims {
            members[claim.identity, default: Members(group: claim.declaration, identity: claim.identity)].controlGroups
                .append(claim.folder.path)
        }
        let claimed = Set(watch.claims.map(\.declaration))
        for (place, declaration) in file.groups.enumerated() where declaration.isOfControlGroups && !claimed.contains(place) {
            var alone = ControlGroupWatch(root, isWhole: false, descriptors: nil)
            alone.find([declaration], below: first, isTurn: true)
            for claim in alone.claims {
                let path = claim.folder.path
                let owner = watch.claims.last { $0.folder.path == path || path.hasPrefix($0.folder.path + "/") }
                if let owner { others[place, default: [:]][owner.identity, default: 0] += 1 }
            }
        }
        var unread: [Int32] = []
        for pid in pids {
            guard let facts = try? ProcessFacts(of: pid, root: root, below: first, for: file.aspects) else { continue }
            let matched: (group: GroupDeclaration, identity: InstanceIdentity)?
            do throws(UnreadCommand) { matched = try file.match(facts) } catch {
                unread.append(error.pid)
                continue
            }
            guard let match = matched else { continue }
            let group = file.groups.firstIndex { $0.place == match.group.place } ?? 0
            members[match.identity, default: Members(group: group, identity: match.identity)].pids.append(pid)
            for (place, later) in file.groups.enumerated().dropFirst(group + 1)
            where !later.isOfControlGroups && (try? later.identity(of: facts)) != nil {
                others[place, default: [:]][match.identity, default: 0] += 1
            }
        }
        let hiding = ProcessSight.hidingOthers(root)
        let found = file.groups.enumerated().flatMap { index, group in
            let own = members.values.filter { $0.group == index }.sorted { $0.identity < $1.identity }
            return own.isEmpty ? [Self.line(of: group, others[index] ?? [:], hiding, root)] : own.map(Self.line)
        }
        lines = unread.isEmpty ? found : found + [Self.line(ofUnread: unread)]
    }

    /// - Parameters:
    ///   - others: the groups that have whom this one matches as well, and how many of them.
    ///   - hiding: why other users' processes are not seen.
    private static func line(
        of group: GroupDeclaration, _ others: [InstanceIdentity: Int], _ hiding: String?, _ root: KernelRoot
    ) -> String {
        let what = group.isOfControlGroups ? "control group" : "process"
        let name = "\(group.service)/\(group.instance)"
        guard !others.isEmpty else {
            // Control groups are seen all the same.
            let hidden = group.isOfControlGroups ? nil : hiding
            let words = (group.reasons(root).map { $0.words } + [hidden].compactMap { $0 }).map { "; \($0)" }.joined()
            return "\(name): no \(what) matches the group in line \(group.place.line)\(words)"
        }
        let several = group.isOfControlGroups ? "control groups" : "processes"
        let owners = others.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value)" }
        let shown = 10
        return
            "\(name): no \(what) is left for the group in line \(group.place.line), of the \(several) that it matches "
            + "\(owners.prefix(shown).joined(separator: ", "))\(owners.count > shown ? " …" : ""): the first group in the file that "
            + "matches has them, so put this one before, or match fewer there"
    }

    private static func line(ofUnread pids: [Int32]) -> String {
        "\(list(pids.map { "\($0)" }, one: "process", several: "processes")): the arguments cannot be read, as whoever does waits: "
            + "see which file system does not answer, or match by unit or executable"
    }

    private static func line(of members: Members) -> String {
        let controlGroups = list(members.controlGroups.sorted(), one: "control group", several: "control groups")
        let processes = list(members.pids.map { "\($0)" }, one: "process", several: "processes")
        let parts = members.controlGroups.isEmpty ? [processes] : [controlGroups, processes]
        return "\(members.identity): \(parts.joined(separator: "; "))"
    }

    /// How many there are, and the first of them.
    private static func list(_ texts: [String], one: String, several: String) -> String {
        let shown = 10
        let what = "\(texts.count) \(texts.count == 1 ? one : several)"
        guard !texts.isEmpty else { return what }
        return "\(what): \(texts.prefix(shown).joined(separator: " "))\(texts.count > shown ? " …" : "")"
    }
}
