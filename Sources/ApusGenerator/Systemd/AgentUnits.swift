import ApusTopology

/// The units of the fleet's agents: one service, or a template with an instance beside each instance of a service.
struct AgentUnits {
    let fleet: Fleet

    /// In order of the instances.
    var names: [String] {
        switch fleet.agents.placement {
        case .perHost: ["apus-agent.service"]
        case .besideEachInstance: fleet.agentEndpoints.flatMap { $0.instances.map { "apus-agent@\($0.instance).service" } }
        }
    }

    /// The agent of an instance; `%i` when that is what the unit's own instance is called.
    func name(beside instance: String) -> String {
        switch fleet.agents.placement {
        case .perHost: "apus-agent.service"
        case .besideEachInstance: "apus-agent@\(instance).service"
        }
    }

    /// The report socket of the agent of an instance.
    func socket(beside instance: String) -> String {
        let stem = fleet.data.agentSocketStem
        return switch fleet.agents.placement {
        case .perHost: "\(fleet.installation.runtimeFolder)/\(stem).sock"
        case .besideEachInstance: "\(fleet.installation.runtimeFolder)/\(stem)-\(instance).sock"
        }
    }

    func files(prefix: String) -> [SystemdFile] {
        switch fleet.agents.placement {
        case .perHost:
            fleet.agentEndpoints.map { endpoint in
                unit(
                    name(beside: ""), "Apus agent of the fleet \(fleet.name)", prefix: prefix, listen: endpoint.address,
                    expect: endpoint.instances.map(\.description))
            }
        case .besideEachInstance:
            [
                unit(
                    name(beside: ""), "Apus agent beside %i of the fleet \(fleet.name)", prefix: prefix,
                    listen: "${APUS_LISTEN}", expect: ["${APUS_EXPECT}"])
            ]
                + fleet.agentEndpoints.flatMap { endpoint in
                    endpoint.instances.map { instance in
                        SystemdFile.instanceSettings(
                            of: name(beside: instance.instance),
                            environment: [("APUS_LISTEN", endpoint.address), ("APUS_EXPECT", instance.description)])
                    }
                }
        }
    }

    /// A turn of the sampling loop may take half of it.
    private var watchdog: Duration { max(.seconds(30), fleet.agents.samplingInterval * 4) }

    private func unit(_ name: String, _ description: String, prefix: String, listen: String, expect: [String]) -> SystemdFile {
        let options =
            [
                ["--listen", listen], ["--socket", socket(beside: "%i")],
                ["--interval", ArgumentText.duration(fleet.agents.samplingInterval)],
            ] + expect.map { ["--expect", $0] }
        let unit = ProcessUnit(
            fleet: fleet, description: description, start: .told(watchdog: watchdog), after: [],
            user: fleet.installation.agentUser, environment: [],
            command: UnitFile.command("\(prefix)/bin/apus-agent", options), limits: fleet.agents.limits,
            stopGrace: .seconds(5), sandbox: Sandbox.agent(fleet))
        return SystemdFile(.unit, name, unit.contents)
    }
}
