import ApusTopology

/// The template of a service's units, and what only one instance has: its port, or a share of the connections of its own.
struct ServiceUnits {
    let fleet: Fleet
    let service: FleetService

    /// In order of the instances.
    var names: [String] { service.instances.map { name($0.name) } }

    func files(prefix: String) -> [SystemdFile] {
        [SystemdFile(.unit, name(""), template(prefix: prefix))]
            + service.instances.compactMap { instance in
                let environment = environment(of: instance)
                return environment.isEmpty
                    ? nil : SystemdFile.instanceSettings(of: name(instance.name), environment: environment)
            }
    }

    private func name(_ instance: String) -> String { "apus-\(service.name)@\(instance).service" }

    private func template(prefix: String) -> String {
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
            stopGrace: stopGrace, sandbox: Sandbox.service(fleet)
        ).contents
    }

    private var roleOptions: [[String]] {
        switch service.role {
        case .api: [["--host", fleet.host], ["--port", "${APUS_PORT}"]]
        case .worker:
            [
                ["--poll-interval", ArgumentText.duration(fleet.delivery.pollInterval)],
                ["--lease-duration", ArgumentText.duration(fleet.delivery.lease)],
                ["--batch-size", "\(fleet.delivery.batchSize)"],
            ]
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

    /// Attempts that are under way get their time, requests theirs.
    private var stopGrace: Duration {
        switch service.role {
        case .api: .seconds(10)
        case .worker: .seconds(20)
        }
    }

    /// The connections of an instance that the topology does not name.
    private var leastShare: Int { service.instances.compactMap(share).min() ?? 1 }

    private func share(_ instance: Instance) -> Int? {
        fleet.connectionShare(of: InstanceIdentity(service: service.name, instance: instance.name))
    }

    private func environment(of instance: Instance) -> [(name: String, value: String)] {
        var environment: [(name: String, value: String)] = []
        if service.role == .api, let port = instance.port { environment.append(("APUS_PORT", "\(port)")) }
        if let share = share(instance), share != leastShare { environment.append(("APUS_CONNECTIONS", "\(share)")) }
        return environment
    }
}
