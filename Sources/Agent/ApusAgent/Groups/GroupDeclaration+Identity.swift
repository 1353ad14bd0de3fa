import AgentMetrics

extension GroupDeclaration {
    /// The group's name, where it does not depend on its processes.
    var fixedIdentity: InstanceIdentity? {
        guard let service = service.plainName, let instance = instance.plainName else { return nil }
        return InstanceIdentity(service: service, instance: instance)
    }
}
