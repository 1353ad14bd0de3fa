package import AgentMetrics
package import ApusLinux
package import ApusText

/// A group of processes that is watched, as a file names it: who belongs to it, and under which names it is served.
package struct GroupDeclaration: Sendable {
    /// The label `service`.
    package let service: NameTemplate
    /// The label `instance`.
    package let instance: NameTemplate
    /// One of them must match.
    package internal(set) var selectors: [ProcessSelector]
    /// Whether processes that a matched one has started belong to it, unless another group matches them.
    package let includesDescendants: Bool
    /// Where it is written.
    package let place: TextPlace

    /// The group's name, where it does not depend on its processes.
    var fixedIdentity: InstanceIdentity? {
        guard let service = service.plainName, let instance = instance.plainName else { return nil }
        return InstanceIdentity(service: service, instance: instance)
    }

    /// Whether the group is control groups, as each of its selectors chooses nothing else.
    var isOfControlGroups: Bool { selectors.allSatisfy(\.isOfControlGroups) }

    /// The instance that a control group is, where ``isOfControlGroups``; `nil` when no selector matches it, or nothing is left of a name.
    func identity(of group: ControlGroupName) -> InstanceIdentity? {
        selectors.contains { $0.matches(group) } ? identity([:], in: group.path) : nil
    }

    /// The instance that a process belongs to; `nil` when no selector matches it, or nothing is left of a name.
    ///
    /// - Throws: ``UnreadCommand`` where its arguments decide.
    package func identity(of facts: ProcessFacts) throws(UnreadCommand) -> InstanceIdentity? {
        for selector in selectors {
            if let captured = try selector.matches(facts), let identity = identity(captured, in: facts.controlGroup) {
                return identity
            }
        }
        return nil
    }

    /// What a name calls the id of a container, where no command captures that.
    static let container = "container"
    /// Digits of a container's id in a name, as the tools show them.
    private static let containerDigits = 12

    /// The instance of these names; `nil` when nothing is left of one, or it is to have the id of a container and there is none.
    private func identity(_ captured: [String: String], in controlGroup: String?) -> InstanceIdentity? {
        var captured = captured
        if (service.captures + instance.captures).contains(Self.container), captured[Self.container] == nil {
            guard let id = controlGroup.flatMap({ ControlGroups.containerID(in: $0) }) else { return nil }
            captured[Self.container] = String(id.prefix(Self.containerDigits))
        }
        guard let service = service.name(captured), let instance = instance.name(captured) else { return nil }
        return InstanceIdentity(service: service, instance: instance)
    }
}

extension [GroupDeclaration] {
    /// What of processes they are chosen by, as links of programs are known at this moment.
    var aspects: ProcessMark.Aspects { flatMap(\.selectors).reduce(into: []) { $0.formUnion($1.aspects) } }
}
