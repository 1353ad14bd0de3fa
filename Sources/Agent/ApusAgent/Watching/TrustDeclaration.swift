import AgentMetrics
import ApusText

/// Who of this host's users may speak for which services, and have the agent reload, as a file says below `trust`.
///
/// ```yaml
/// trust:
///   reload: { groups: [operators] }
///   reports:
///     - service: checkout-*
///       users: [checkout]
/// ```
package struct TrustDeclaration: Sendable {
    /// Who may have the agent reload, besides root and its own user.
    package var reload = HostUsers()
    /// In the order in which they count: the first that a name matches says whose it is.
    package var reports: [ReporterDeclaration] = []

    package init() {}
}

/// Some users and groups of this host, by their numbers.
package struct HostUsers: Hashable, Sendable, CustomStringConvertible {
    package var users: Set<UInt32> = []
    package var groups: Set<UInt32> = []

    package init(users: Set<UInt32> = [], groups: Set<UInt32> = []) {
        self.users = users
        self.groups = groups
    }

    /// Whether somebody is one of the users, or in one of the groups.
    package func contains(_ peer: ReportPeer) -> Bool {
        users.contains(peer.uid) || peer.groups.contains(where: groups.contains)
    }

    package var description: String {
        let parts = users.sorted().map { "uid \($0)" } + groups.sorted().map { "gid \($0)" }
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }
}

/// Whose processes report under some names.
package struct ReporterDeclaration: Sendable {
    let service: NameDeclaration.Pattern
    /// `nil`: every instance of the service.
    let instance: NameDeclaration.Pattern?
    let holders: HostUsers
    /// Whether one of them takes over a name under which another one of theirs reports that lives.
    let takesOver: Bool
    /// Where it is written.
    let place: TextPlace

    func isOf(_ identity: InstanceIdentity) -> Bool {
        service.matches(identity.service) && instance?.matches(identity.instance) ?? true
    }
}
