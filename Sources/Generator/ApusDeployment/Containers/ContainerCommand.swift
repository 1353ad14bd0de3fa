import ApusTopology

/// The command lines of the fleet's own executables in containers, where they listen on all addresses of their own.
struct ContainerCommand {
    let fleet: Fleet

    /// Of `apus`.
    ///
    /// - Parameters:
    ///   - instance: its name, or what the runtime replaces by that.
    ///   - socket: the file name of its agent's report socket.
    func service(
        _ service: FleetService, instance: String, port: Int?, connections: Int, socket: String, logLevel: String
    ) -> [String] {
        let role: [[String]] =
            switch service.role {
            case .api: [["--host", "0.0.0.0"]] + (port.map { [["--port", "\($0)"]] } ?? [])
            case .worker: fleet.deliveryOptions
            }
        let options =
            [["--instance", instance]] + role + [
                ["--data", fleet.installation.stateFolder],
                ["--agent-socket", "\(fleet.installation.runtimeFolder)/\(socket)"],
                ["--connections", "\(connections)"], ["--log", "json"], ["--log-level", logLevel],
            ]
        return [service.role.rawValue] + options.flatMap(\.self)
    }

    /// Of `apus-agent`: a container has no journal and no systemd.
    func agent(port: Int, socket: String, expecting instances: [String]) -> [String] {
        let options =
            [
                ["--listen", "0.0.0.0:\(port)"], ["--socket", "\(fleet.installation.runtimeFolder)/\(socket)"],
                ["--interval", ArgumentText.duration(fleet.agents.samplingInterval)],
            ] + instances.map { ["--expect", $0] } + [["--journal", "off"], ["--log", "json"]]
        return options.flatMap(\.self)
    }

    /// What asks an API, or of a worker its agent, whether it is well.
    func probe(_ service: FleetService, port: Int?, agent: String, instance: String, path: String) -> [String] {
        if let port { return ["apus", "probe", "http://127.0.0.1:\(port)\(path)"] }
        return ["apus", "probe", "http://\(agent)/health", "--instance", "\(service.name)/\(instance)"]
    }
}

extension Fleet {
    /// How workers take work off the queue, as `apus worker` is told.
    var deliveryOptions: [[String]] {
        [
            ["--poll-interval", ArgumentText.duration(delivery.pollInterval)],
            ["--lease-duration", ArgumentText.duration(delivery.lease)],
            ["--batch-size", "\(delivery.batchSize)"],
        ]
    }
}

extension ServiceRole {
    /// How long a stop may take: attempts that are under way get their time, requests theirs.
    var stopGrace: Duration {
        switch self {
        case .api: .seconds(10)
        case .worker: .seconds(20)
        }
    }
}
