import AgentMetrics
import ApusLimits
import ApusLinux
package import ApusText

/// What the processes of a group say of somebody who reports under its name.
package enum GroupHolding: Equatable, Sendable {
    /// The name is no group's that the file names as it is, or that lives.
    case free
    /// A process of the group, or of one of their users.
    case own
    /// Somebody else. The place in the file is that of the group's declaration, where its name is written there as it is.
    case foreign(isAlive: Bool, place: TextPlace?)
}

/// Whose the names of groups are.
extension GroupRoll {
    /// Who a reporter is to the group of a name, as far as the last look tells.
    ///
    /// - Parameter readsUsers: whether the users of its processes may be read now, which takes its time; otherwise those count that were read
    ///   a short while ago.
    mutating func holding(of identity: InstanceIdentity, _ peer: ReportPeer, readsUsers: Bool) -> GroupHolding {
        let place = declarations.first { $0.fixedIdentity == identity }?.place
        guard let number = numbers[identity], let group = groups[number] else {
            return place == nil ? .free : .foreign(isAlive: false, place: place)
        }
        let isAlive = group.finding.reading.isAlive || members.values.contains { $0.group == number }
        guard group.isExpected || isAlive || !group.finding.reading.isEmpty else { return .free }
        if isMember(peer.pid, of: number) { return .own }
        let age = UInt64(GroupLimits.holderAge.value / .nanoseconds(1))
        if !readsUsers, group.usersAt.map({ (lookedAt ?? 0) &- $0 > age }) ?? true {
            return .foreign(isAlive: isAlive, place: place)
        }
        if readsUsers, group.usersAt != lookedAt {
            let users = members.values.filter { $0.group == number }.compactMap { try? $0.process.user() }
            if !users.isEmpty { group.users = Set(users) }
            group.usersAt = lookedAt
        }
        return group.users.contains(peer.uid) ? .own : .foreign(isAlive: isAlive, place: place)
    }

    /// Whether a process that lives is one of a group, and not one that has the number of such a one since the last look.
    private func isMember(_ pid: Int32, of number: Int) -> Bool {
        let known =
            members[pid].map { ($0.group, $0.process.startTicks) }
            ?? strangers[pid].flatMap { stranger in stranger.group.map { ($0, stranger.startTicks) } }
        guard pid > 0, let (group, startTicks) = known, group == number else { return false }
        let stat = (try? ProcFile("\(root.proc)/\(pid)/stat").read { ProcessStat($0) }) ?? nil
        return stat?.startTicks == startTicks
    }
}
