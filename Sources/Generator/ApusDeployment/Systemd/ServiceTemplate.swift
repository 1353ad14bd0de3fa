import ApusTopology

/// The template of a service's units, and what only one instance has: its port, or a share of the connections of its own.
struct ServiceTemplate {
    let fleet: Fleet
    let service: FleetService

    /// The units of the instances, in their order.
    var names: [String] { service.instances.map { name($0.name) } }

    func files(prefix: String) -> [SystemdFile] {
        [SystemdFile(.unit, name(""), template(prefix: prefix))]
            + zip(service.instances, ProcessCommand.settings(of: service, in: fleet)).compactMap { instance, variables in
                variables.isEmpty ? nil : SystemdFile.instanceSettings(of: name(instance.name), environment: variables)
            }
    }

    private func name(_ instance: String) -> String { Self.name(of: instance, service: service.name) }

    /// The unit of an instance of a service; of an empty name, the template of all of them.
    static func name(of instance: String, service: String) -> String { "apus-\(service)@\(instance).service" }

    private func template(prefix: String) -> String {
        let agents = AgentUnits(fleet: fleet)
        return ProcessUnit(
            fleet: fleet, description: "Apus \(service.name) %i of the fleet \(fleet.name)",
            command: .template(of: service, in: fleet, socket: agents.socket(beside: "%i")), prefix: prefix,
            after: [agents.name(beside: "%i")], user: fleet.installation.serviceUser, limits: service.limits,
            memory: fleet.memoryLimit(service.limits),
            sandbox: Sandbox.service(fleet, service)
        ).contents
    }
}
