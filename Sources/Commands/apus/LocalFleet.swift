import AgentMetrics
import CommandConventions
import ApusTopology
import ClusterSupervisor
import NotificationStore

/// A fleet as the child processes that run it on this machine.
struct LocalFleet {
    let fleet: Fleet
    /// The data folder.
    let folder: String
    let executables: FleetExecutables
    let settings: LocalFleetSettings

    /// Agents first, so that what a service records is seen from its start; then the APIs, then the workers.
    ///
    /// - Parameter workerExited: called with the pid of a worker that is gone, before it is started again.
    func stages(workerExited: @escaping @Sendable (Int32) async -> Void) -> [[ChildSpecification]] {
        [
            fleet.agentEndpoints.map(agent),
            fleet.services(role: .api).flatMap { service in service.instances.map { api($0, of: service) } },
            fleet.services(role: .worker).flatMap { service in
                service.instances.map { worker($0, of: service, exited: workerExited) }
            },
        ].filter { !$0.isEmpty }
    }

    /// One line for each address that answers: a name and a URL.
    var addresses: [String] {
        let agents = fleet.agentEndpoints.map { ($0.name, "http://\($0.address)/metrics") }
        let apis = fleet.services(role: .api).flatMap(\.instances).compactMap { instance in
            instance.port.map { (instance.name, "http://\(fleet.host):\($0)/notifications") }
        }
        let width = (agents + apis).map(\.0.count).max() ?? 0
        return (agents + apis).map { name, url in
            "\(name)\(String(repeating: " ", count: max(width, 9) - name.count + 1))\(url)"
        }
    }

    /// `1 agent, 2 APIs, 5 workers`.
    var summary: String {
        func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        return [
            count(fleet.agentEndpoints.count, "agent"), count(instances(.api), "API"), count(instances(.worker), "worker"),
        ].joined(separator: ", ")
    }

    private func instances(_ role: ServiceRole) -> Int { fleet.services(role: role).map(\.instances.count).reduce(0, +) }

    private func agent(_ endpoint: AgentEndpoint) -> ChildSpecification {
        let url = "http://\(endpoint.address)/health"
        return ChildSpecification(
            name: endpoint.name, executable: executables.agent,
            arguments: [
                "--listen", endpoint.address, "--socket", "\(folder)/\(endpoint.socketName)",
                "--interval", settings.samplingInterval.defaultValueDescription,
            ] + endpoint.instances.flatMap { ["--expect", $0.description] } + ["--lifeline"],
            readiness: ReadinessCheck { await HTTPProbe.status(of: url) != nil },
            stopGrace: .seconds(5), restart: settings.restart)
    }

    private func api(_ instance: Instance, of service: FleetService) -> ChildSpecification {
        let port = instance.port ?? 0
        let url = "http://\(fleet.host):\(port)/health/ready"
        return ChildSpecification(
            name: instance.name, executable: executables.apus,
            arguments: ["api", "--host", fleet.host, "--port", "\(port)"] + common(instance, of: service),
            readiness: ReadinessCheck { await HTTPProbe.status(of: url) == 200 },
            stopGrace: .seconds(10), restart: settings.restart)
    }

    private func worker(
        _ instance: Instance, of service: FleetService, exited: @escaping @Sendable (Int32) async -> Void
    ) -> ChildSpecification {
        ChildSpecification(
            name: instance.name, executable: executables.apus,
            arguments: [
                "worker", "--poll-interval", settings.pollInterval.defaultValueDescription,
                "--lease-duration", settings.leaseDuration.defaultValueDescription,
            ] + common(instance, of: service),
            // It answers nothing; a worker whose options or database are wrong ends at once.
            readiness: .alive(for: .milliseconds(500)), stopGrace: .seconds(20), restart: settings.restart
        ) { pid, _ in await exited(pid) }
    }

    private func common(_ instance: Instance, of service: FleetService) -> [String] {
        let identity = InstanceIdentity(service: service.name, instance: instance.name)
        let endpoint = fleet.agentEndpoints.first { $0.instances.contains(identity) }
        return ["--instance", instance.name, "--data", folder, "--store", "\(StoreLocation.sqlite(path: fleet.data.database))"]
            + (endpoint.map { ["--agent-socket", "\(folder)/\($0.socketName)"] } ?? [])
            + (fleet.connectionShare(of: identity).map { ["--connections", "\($0)"] } ?? []) + ["--lifeline"]
    }
}
