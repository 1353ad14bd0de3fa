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
    package let selectors: [ProcessSelector]
    /// Whether processes that a matched one has started belong to it, unless another group matches them.
    package let includesDescendants: Bool
    /// Where it is written.
    package let place: TextPlace

    /// The group's name, where it does not depend on its processes.
    var fixedIdentity: InstanceIdentity? {
        guard let service = service.plainName, let instance = instance.plainName else { return nil }
        return InstanceIdentity(service: service, instance: instance)
    }

    /// The instance that a process belongs to; `nil` when no selector matches it, or nothing is left of a name.
    package func identity(of facts: ProcessFacts) -> InstanceIdentity? {
        for selector in selectors {
            if let captured = selector.matches(facts), let service = service.name(captured),
                let instance = instance.name(captured)
            {
                return InstanceIdentity(service: service, instance: instance)
            }
        }
        return nil
    }
}
