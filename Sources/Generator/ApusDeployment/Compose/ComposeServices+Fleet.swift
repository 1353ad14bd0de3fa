import AgentMetrics
import ApusFiles
import ApusTopology

/// The fleet's own containers.
extension ComposeServices {
    private func own(_ name: String) -> String {
        "\(ComposeVariable.registry.reference)\(name):\(ComposeVariable.tag.reference)"
    }

    private var user: String { "\(ContainerImages.user):\(ContainerImages.user)" }

    /// An agent finds a process by the number that the kernel gives for the other end of a connection, and reads /proc: it must see
    /// the processes that report to it. One agent for all has the host's processes, an agent beside an instance those of that
    /// instance's container.
    var agents: [Container] {
        fleet.agentEndpoints.map { agent in
            let check =
                "exec 3<>/dev/tcp/127.0.0.1/\(agent.port) && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3"
                + " && read -r -t 4 line <&3 && [[ $$line == *' 200 '* ]]"
            var service = container(
                own("apus-agent"), limits: limits(fleet.agents.limits, cpus: 0.5),
                healthcheck: ["CMD", "bash", "-c", check])
            service.build = .init(target: "apus-agent")
            service.command = command.agent(
                port: agent.port, socket: agent.socketName, expecting: agent.instances.map(\.description))
            service.user = user
            service.volumes = ["\(Self.reportVolume):\(fleet.installation.runtimeFolder)"]
            service.stopGracePeriod = "5s"
            service.pidsLimit = fleet.agents.limits.tasks
            service.ulimits = .init(nofile: fleet.agents.limits.openFiles)
            switch fleet.agents.placement {
            case .perHost: service.pid = "host"
            case .besideEachInstance:
                service.pid = agent.instances.first.map { "service:\($0.instance)" }
                service.dependsOn = OrderedEntries(agent.instances.map { ($0.instance, .started) })
            }
            return (agent.name, service)
        }
    }

    var instances: [Container] {
        fleet.services.flatMap { service in
            service.instances.map { instance in (instance.name, container(of: instance, service)) }
        }
    }

    private func container(of instance: Instance, _ service: FleetService) -> ComposeService {
        let identity = InstanceIdentity(service: service.name, instance: instance.name)
        let agent = fleet.agentEndpoints.first { $0.instances.contains(identity) }
        let probe = command.probe(
            service, port: instance.port, agent: agent.map { "\($0.name):\($0.port)" } ?? "agent", instance: instance.name,
            path: service.health.ready)
        var container = container(
            own("apus"), limits: limits(service.limits, cpus: 1), healthcheck: ["CMD"] + probe,
            dependsOn: fleet.agents.placement == .perHost ? fleet.agentEndpoints.map(\.name) : [])
        container.build = .init(target: "apus")
        container.command = command.service(
            service, instance: instance.name, port: instance.port,
            connections: fleet.connectionShare(of: identity) ?? fleet.connections.perInstance,
            socket: agent?.socketName ?? "agent.sock", logLevel: ComposeVariable.logLevel.reference)
        container.user = user
        container.environment = backendVariables
        container.volumes = [
            "\(Self.dataVolume):\(fleet.installation.stateFolder)", "\(Self.reportVolume):\(fleet.installation.runtimeFolder)",
        ]
        container.tmpfs = ["/tmp"]
        container.stopGracePeriod = ArgumentText.duration(service.role.stopGrace)
        container.pidsLimit = service.limits.tasks
        container.ulimits = .init(nofile: service.limits.openFiles)
        return container
    }

    private func limits(_ limits: ResourceLimits, cpus: Double) -> ContainerLimits {
        ContainerLimits(memory: fleet.memoryLimit(limits), cpus: cpus)
    }

    private var backendVariables: OrderedMapping? {
        let variables = BackendVariables(fleet: fleet, network: .containers).pairs
        return variables.isEmpty ? nil : OrderedMapping(variables)
    }
}
