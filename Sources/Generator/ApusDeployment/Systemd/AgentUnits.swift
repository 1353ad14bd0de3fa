import AgentMetrics
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
                    expect: ["--expect-file", Self.expectationsPath],
                    restart: [
                        .comment("It reads the file of the expected instances again."),
                        .setting("ExecReload", "/usr/bin/kill -HUP $MAINPID"),
                    ])
            }
        case .besideEachInstance:
            [
                unit(
                    name(beside: ""), "Apus agent beside %i of the fleet \(fleet.name)", prefix: prefix,
                    listen: "${APUS_LISTEN}", expect: ["--expect", "${APUS_EXPECT}"])
            ]
                + fleet.agentEndpoints.flatMap { endpoint in
                    endpoint.instances.map { instance in
                        SystemdFile.instanceSettings(
                            of: name(beside: instance.instance),
                            environment: [
                                ("APUS_LISTEN", endpoint.address), ("APUS_EXPECT", instance.description),
                                ("APUS_UNIT", "apus-\(instance.service)@\(instance.instance).service"),
                            ])
                    }
                }
        }
    }

    /// A turn of the sampling loop may take half of it.
    private var watchdog: Duration { max(.seconds(30), fleet.agents.samplingInterval * 4) }

    /// The units of the agent's host that it watches.
    private var unitOptions: [[String]] {
        let watched =
            switch fleet.agents.placement {
            case .perHost: names + fleet.services.flatMap { ServiceUnits(fleet: fleet, service: $0).names }
            case .besideEachInstance: ["${APUS_UNIT}"]
            }
        return watched.map { ["--watch-unit", $0] }
    }

    /// One agent counts the journal of the whole host, an agent beside an instance that of its unit.
    private var journalOptions: [[String]] {
        switch fleet.agents.placement {
        case .perHost: []
        case .besideEachInstance: [["--journal", "units"], ["--journal-unit", "${APUS_UNIT}"]]
        }
    }

    private var journal: [UnitFile.Line] {
        let folder =
            switch fleet.agents.placement {
            case .perHost: "apus-agent"
            case .besideEachInstance: "apus-agent/%i"
            }
        return [
            .comment("It counts the journal, and keeps its place there."),
            .setting("SupplementaryGroups", "systemd-journal"),
            .setting("StateDirectory", folder),
            .setting("StateDirectoryMode", "0700"),
        ]
    }

    private func unit(
        _ name: String, _ description: String, prefix: String, listen: String, expect: [String], restart: [UnitFile.Line] = []
    ) -> SystemdFile {
        let store: [UnitFile.Line] = [
            .comment("What it knows of its instances outlives it: two descriptors each."),
            .setting("FileDescriptorStoreMax", "\(storedDescriptors)"),
        ]
        let options =
            [
                ["--listen", listen], ["--socket", socket(beside: "%i")],
            ] + unitOptions + [
                // After the units, so that one unit more is one line more.
                ["--interval", ArgumentText.duration(fleet.agents.samplingInterval)], expect,
            ] + journalOptions
        let unit = ProcessUnit(
            fleet: fleet, description: description, watchdog: watchdog, after: [],
            requires: [socketName(of: self.name(beside: "%i"))],
            user: fleet.installation.agentUser, environment: [],
            command: UnitFile.command("\(prefix)/bin/apus-agent", options), limits: fleet.agents.limits,
            stopGrace: .seconds(5), sandbox: restart + store + journal + Sandbox.agent(fleet))
        return SystemdFile(.unit, name, unit.contents)
    }
}
