import ApusTopology

/// The template of a service's units, and what only one instance has: its port, or a share of the connections of its own.
struct ServiceUnits {
    let fleet: Fleet
    let service: FleetService

    /// In order of the instances.
    var names: [String] { service.instances.map { name($0.name) } }

    func files(prefix: String) -> [SystemdFile] {
        let shares = shares
        let leastShare = shares.min() ?? 1
        return [SystemdFile(.unit, name(""), template(prefix: prefix, leastShare: leastShare))]
            + zip(service.instances, shares).compactMap { instance, share in
                let environment = environment(of: instance, share: share == leastShare ? nil : share)
                return environment.isEmpty
                    ? nil : SystemdFile.instanceSettings(of: name(instance.name), environment: environment)
            }
    }

    private func name(_ instance: String) -> String { "apus-\(service.name)@\(instance).service" }

    /// - Parameter leastShare: the connections of an instance that the topology does not name.
    private func template(prefix: String, leastShare: Int) -> String {
        let agents = AgentUnits(fleet: fleet)
        let options =
            [["--instance", "%i"]] + roleOptions + [
                ["--data", fleet.installation.stateFolder], ["--agent-socket", agents.socket(beside: "%i")],
                ["--connections", "${APUS_CONNECTIONS}"],
            ]
        return ProcessUnit(
            fleet: fleet, description: "Apus \(service.name) %i of the fleet \(fleet.name)",
            watchdog: watchdog, after: [agents.name(beside: "%i")], user: fleet.installation.serviceUser,
            environment: [("APUS_CONNECTIONS", "\(leastShare)")],
            command: UnitFile.command("\(prefix)/bin/apus", [[service.role.rawValue]] + options), limits: service.limits,
            stopGrace: service.role.stopGrace, sandbox: Sandbox.service(fleet)
        ).contents
    }

    private var roleOptions: [[String]] {
        switch service.role {
        case .api: [["--host", fleet.host], ["--port", "${APUS_PORT}"]]
        case .worker: fleet.deliveryOptions
        }
    }

    /// A turn of a worker's loop, which may take half of it, waits for the next look at an empty queue or for attempts that all take
    /// their longest, 10 s.
    private var watchdog: Duration {
        switch service.role {
        case .api: .seconds(30)
        case .worker: max(.seconds(30), fleet.delivery.pollInterval * 3)
        }
    }

    /// Connections, in order of the instances.
    private var shares: [Int] { fleet.connectionShares(of: service) }

    /// - Parameter share: of the connections; nil for what the template has.
    private func environment(of instance: Instance, share: Int?) -> [(name: String, value: String)] {
        var environment: [(name: String, value: String)] = []
        if service.role == .api, let port = instance.port { environment.append(("APUS_PORT", "\(port)")) }
        if let share { environment.append(("APUS_CONNECTIONS", "\(share)")) }
        return environment
    }
}
