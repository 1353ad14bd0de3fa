package import AgentMetrics
package import ApusSegment
import Synchronization

/// The names of groups of processes: only their own report under them.
extension InstanceTable {
    /// Keeps the names of groups for their processes and users, for root and the agent's user, and for whom the configuration names.
    package func keepNames(of groups: ProcessGroups) { self.groups.withLock { $0 = groups } }

    /// - Throws: ``Refusal`` of a name that the file gives to a group of somebody else's processes.
    func checkGroup(of identity: InstanceIdentity, _ peer: ReportPeer, at now: Moment) throws(Refusal) {
        guard case .foreign(_, let place) = holding(of: identity, peer, at: now) else { return }
        let file = configuration.watchFile ?? "its file"
        throw Refusal(
            .name,
            "\(identity) is a group of processes, as \(place.map { "\(file):\($0)" } ?? file) says, and "
                + (peer.uid == ReportPeer.unknownUser
                    ? "nobody knows whose process this is" : "\(peer) is neither of it nor of its users")
                + ": give this one another name, or say whose that one is (--expect '\(identity) uid=NUMBER')")
    }

    private func holding(of identity: InstanceIdentity, _ peer: ReportPeer, at now: Moment) -> GroupHolding {
        guard !peer.isPrivileged, let groups = groups.withLock({ $0 }) else { return .free }
        return groups.holding(of: identity, peer, at: now)
    }

    /// Lets go of what somebody has reported under a name in which a group of others lives now, as it came later or its users have changed.
    ///
    /// - Returns: what was let go, and who had reported it.
    package func leaveToGroups(at now: Moment) -> [(identity: InstanceIdentity, reporter: ReportPeer)] {
        guard groups.withLock({ $0 }) != nil else { return [] }
        var left: [(identity: InstanceIdentity, reporter: ReportPeer)] = []
        for instance in instances where instance.hasReported {
            let identity = instance.identity
            guard let reporter = instance.holding.by, !isScraped(identity), !isDeclared(identity),
                case .foreign(isAlive: true, _) = holding(of: identity, reporter, at: now)
            else { continue }
            let next = instance.isAwaited ? KnownInstance(identity, rules, at: now) : nil
            next?.expect(true)
            let isLeft = state.withLock { instances in
                guard instances[identity] === instance else { return false }
                instances[identity] = next
                return true
            }
            guard isLeft else { continue }
            if let store { instance.storage.leave(store) }
            left.append((identity, reporter))
        }
        return left
    }
}
