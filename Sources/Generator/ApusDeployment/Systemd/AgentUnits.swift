import AgentMetrics
import ApusTopology

/// The units of the fleet's agents: one service, or a template with an instance beside each instance of a service.
struct AgentUnits {
    let fleet: Fleet
    var context = UnitContext.fleet

    /// In order of the instances.
    var names: [String] {
        switch fleet.agents.placement {
        case .perHost: [name(beside: "")]
        case .besideEachInstance: fleet.agentEndpoints.flatMap { $0.instances.map { name(beside: $0.instance) } }
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
        let isBeside = fleet.agents.placement == .besideEachInstance
        return fleet.reportSocket(named: fleet.data.agentSocket(of: isBeside ? instance : nil))
    }

    func files(prefix: String) -> [SystemdFile] {
        switch fleet.agents.placement {
        case .perHost:
            fleet.agentEndpoints.map { endpoint in
                unit(
                    name(beside: ""), serviceDescription,
                    command: .unit(
                        agent: endpoint, in: fleet, socket: socket(beside: ""),
                        units: names + fleet.startedServices.flatMap { ServiceTemplate(fleet: fleet, service: $0).names }
                            + (fleet.hostUnits?.names ?? []),
                        expectationsPath: Self.expectationsPath), prefix: prefix,
                    restart: Self.reload(
                        !fleet.hasAgentFile
                            ? "It reads the file of the expected instances again." : Self.readsFilesAgain))
            }
        case .besideEachInstance:
            [
                unit(
                    name(beside: ""), "Apus agent beside %i of the fleet \(fleet.name)",
                    command: .agentTemplate(in: fleet, socket: socket(beside: "%i")), prefix: prefix)
            ]
                + fleet.agentEndpoints.flatMap { endpoint in
                    endpoint.instances.map { instance in
                        SystemdFile.instanceSettings(
                            of: name(beside: instance.instance),
                            environment: ProcessCommand.settings(
                                of: endpoint, expecting: instance,
                                unit: ServiceTemplate.name(of: instance.instance, service: instance.service)))
                    }
                }
        }
    }

    /// What the one agent of a host is called, with its fleet where there is one.
    var serviceDescription: String { "Apus agent\(fleetPhrase)" }

    var fleetPhrase: String { fleet.services.isEmpty ? "" : " of the fleet \(fleet.name)" }

    /// What a reload is for where the agent has both of its files.
    static let readsFilesAgain = "It reads the files of watched processes and expected instances again."

    /// - Parameter reason: what a reload is for.
    static func reload(_ reason: String) -> [UnitFile.Line] {
        [.comment(reason), .setting("ExecReload", "/usr/bin/kill -HUP $MAINPID")]
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

    /// What probes log in with. A credential that is nowhere keeps no agent from its start: the probe says that it lacks it.
    private var credentials: [UnitFile.Line] {
        let names = fleet.probeFiles.compactMap { if case .credential(let name) = $0 { name } else { nil } }
        guard !names.isEmpty else { return [] }
        return [.comment("What probes log in with: files of these names in /etc/credstore, which root alone may read.")]
            + names.map { .setting("LoadCredential", "\($0):\($0)") }
    }

    /// What happens to the agent when a process of a probe ends, and to these when the agent does.
    private static let processes: [UnitFile.Line] = [
        .comment("A probe's process that the kernel ends for its memory is one attempt that fails, and no end of the agent."),
        .setting("OOMPolicy", "continue"),
        .comment("The agent ends its probes' processes itself; those that it leaves are killed after it."),
        .setting("KillMode", "mixed"),
    ]

    func unit(
        _ name: String, _ description: String, command: ProcessCommand, prefix: String, restart: [UnitFile.Line] = []
    ) -> SystemdFile {
        let store: [UnitFile.Line] = [
            .comment("What it knows of its instances outlives it: two descriptors each."),
            .setting("FileDescriptorStoreMax", "\(storedDescriptors)"),
        ]
        let unit = ProcessUnit(
            fleet: fleet, description: description, command: command, prefix: prefix, after: [],
            requires: [socketName(of: self.name(beside: "%i"))], user: fleet.installation.agentUser,
            limits: fleet.agents.limits, memory: fleet.agentMemoryLimit + context.probes,
            sandbox: Self.processes + restart + store + journal + credentials + Sandbox.agent(fleet), context: context)
        return SystemdFile(.unit, name, unit.contents)
    }
}
