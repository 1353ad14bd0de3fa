import AgentMetrics
import ApusFiles
import ApusTopology

/// The fleet's own containers.
extension ComposeServices {
    private func own(_ name: String) -> String {
        "\(ComposeVariable.registry.reference)\(name):\(ComposeVariable.tag.reference)"
    }

    private var user: String { "\(ContainerImages.user):\(ContainerImages.user)" }

    /// The first version of Docker Compose that knows `cgroup`.
    private static let cgroupVersion = ToolVersion(2, 15)

    /// An agent finds a process by the number that the kernel gives for the other end of a connection, and reads /proc: it must see
    /// the processes that report to it. One agent for all has the host's processes, an agent beside an instance those of that
    /// instance's container.
    var agents: [Container] {
        fleet.agentEndpoints.map { agent in
            let command = ProcessCommand.container(
                agent: agent.name, in: fleet, port: agent.port, socket: agent.socketName,
                watchPath: fleet.hasAgentFile ? "\(AgentWatchFile.folder)/\(AgentWatchFile.name)" : nil,
                reportHost: fleet.reportEndpoint.map { _ in "0.0.0.0" }, expecting: agent.expected.map(\.description))
            var service = container(
                own(command.executable), limits: ContainerLimits(memory: fleet.agentMemoryLimit, cpus: 0.5),
                healthcheck: Self.shell(ShellCheck.answers(port: agent.port, path: "/health/ready")))
            service.build = .init(target: command.executable)
            service.command = command.arguments
            service.user = user
            service.volumes =
                ["\(Self.reportVolume):\(fleet.installation.runtimeFolder)"]
                + (fleet.hasAgentFile ? ["\(ComposeFiles.agentMount):\(AgentWatchFile.folder):ro"] : [])
                + probedFolders.map { "\($0):\($0):ro" }
            service.secrets = probeSecrets.isEmpty ? nil : probeSecrets
            service.stopGracePeriod = command.stopGrace.argument
            service.pidsLimit = fleet.agents.limits.tasks
            service.ulimits = .init(nofile: fleet.agents.limits.openFiles)
            // In a namespace of its own it would find no control group of another container by its path.
            service.cgroup = fleet.tools.compose < Self.cgroupVersion ? nil : "host"
            switch fleet.agents.placement {
            case .perHost: service.pid = "host"
            case .besideEachInstance:
                service.pid = agent.instances.first.map { "service:\($0.instance)" }
                service.dependsOn = OrderedEntries(agent.instances.map { ($0.instance, .started) })
            }
            return (agent.name, service)
        }
    }

    /// The folders of the host in which the agent looks for what is probed there.
    private var probedFolders: [String] {
        var seen: Set<String> = []
        return fleet.probes.compactMap(\.target.path).map { path in
            let folder = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
            return folder.isEmpty ? "/" : folder
        }.filter { seen.insert($0).inserted }
    }

    /// What probes log in with.
    private var probeSecrets: [ComposeService.SecretMount] {
        fleet.probeFiles.map { ComposeSecrets.mount($0.secretName) }
    }

    var instances: [Container] { instances(of: fleet.startedServices) }

    func instances(of services: [FleetService]) -> [Container] {
        let addresses = PageAddresses(fleet)
        return services.flatMap { service in
            service.instances.map { instance in (instance.name, container(of: instance, service, at: addresses[instance])) }
        }
    }

    /// - Parameter address: where its agent fetches its page; nil without one.
    private func container(of instance: Instance, _ service: FleetService, at address: String?) -> ComposeService {
        let identity = InstanceIdentity(service: service.name, instance: instance.name)
        let agent = fleet.agentEndpoints.first { $0.instances.contains(identity) }
        let command = ProcessCommand.container(
            instance, of: service, in: fleet, logLevel: ComposeVariable.logLevel.reference)
        let isForeign = command.path != nil
        var container = container(
            own(isForeign ? service.name : command.executable), limits: limits(service.limits, cpus: 1),
            healthcheck: healthcheck(of: instance, service, agent: agent),
            dependsOn: fleet.agents.placement == .perHost ? fleet.agentEndpoints.map(\.name) : [])
        if let address { container.networks = OrderedEntries([(Self.network, .init(address: address))]) }
        container.build = isForeign ? nil : .init(target: command.executable)
        // The command by which the agent finds it, whatever its image says.
        container.entrypoint = command.path.map { [$0] }
        container.command = command.arguments
        container.user = user
        container.environment = environment(of: command)
        container.volumes =
            (fleet.keepsFiles(service) ? ["\(Self.dataVolume):\(fleet.installation.stateFolder)"] : [])
            + ["\(Self.reportVolume):\(fleet.installation.runtimeFolder)"]
        container.tmpfs = ["/tmp"]
        container.stopGracePeriod = command.stopGrace.argument
        container.pidsLimit = service.limits.tasks
        container.ulimits = .init(nofile: service.limits.openFiles)
        return container
    }

    private func limits(_ limits: ResourceLimits, cpus: Double) -> ContainerLimits {
        ContainerLimits(memory: fleet.memoryLimit(limits), cpus: cpus)
    }

    /// What asks a service with a port itself, or of another one its agent, whether it is well; nil where nobody knows.
    private func healthcheck(of instance: Instance, _ service: FleetService, agent: AgentEndpoint?) -> [String]? {
        if let port = instance.port {
            let url = "http://127.0.0.1:\(port)\(service.health.ready)"
            return ProcessCommand.probe(of: service, in: fleet, url: url).map { ["CMD"] + $0 }
                // An image of another's may have no bash.
                ?? (service.runtime == .swift ? Self.shell(ShellCheck.answers(port: port, path: service.health.ready)) : nil)
        }
        guard let agent else { return nil }
        let probe = ProcessCommand.probe(
            of: service, in: fleet, instance: instance.name, agent: "\(agent.name):\(agent.port)")
        if let probe { return ["CMD"] + probe }
        guard fleet.command(of: service).names(.agentSocket) else { return nil }
        return Self.shell(ShellCheck.isWell(instance.name, of: service.name, agent: agent.name, port: agent.port))
    }

    private func environment(of command: ProcessCommand) -> OrderedMapping? {
        let variables =
            BackendVariables(fleet: fleet, network: .containers).pairs + command.environment.map { ($0.name, $0.value) }
        return variables.isEmpty ? nil : OrderedMapping(variables)
    }
}
