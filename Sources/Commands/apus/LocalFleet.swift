import ApusDeployment
import ApusTopology
import ClusterSupervisor
import CommandConventions
import NotificationStore

/// A fleet as the child processes that run it on this machine.
struct LocalFleet {
    let fleet: Fleet
    /// The data folder.
    let folder: String
    let executables: FleetExecutables
    let restart: RestartPolicy

    /// Agents first, so that what a service records is seen from its start; then the APIs, then the workers.
    ///
    /// - Parameter workerExited: called with the end of a worker, before it is started again.
    func stages(workerExited: @escaping @Sendable (ChildEnd) async -> Void) throws -> [[ChildSpecification]] {
        let agents = fleet.agentEndpoints.map { ProcessCommand.child(agent: $0, in: fleet, folder: folder) }
        return try [
            zip(agents, fleet.agentEndpoints).map { try child($0, liveness: .answering("http://\($1.address)/health/live")) },
            fleet.services(role: .api).flatMap { service in
                try commands(of: service).map { try child($0, liveness: liveness(of: $0, service)) }
            },
            fleet.services(role: .worker).flatMap { service in
                try commands(of: service).map { try child($0, liveness: liveness(of: $0, service), exited: workerExited) }
            },
        ].filter { !$0.isEmpty }
    }

    private func commands(of service: FleetService) -> [ProcessCommand] {
        service.instances.map { ProcessCommand.child($0, of: service, in: fleet, folder: folder) }
    }

    /// An instance with an address is asked itself, another one's hang is the agents' to tell.
    private func liveness(of command: ProcessCommand, _ service: FleetService) -> LivenessCheck {
        let port = service.instances.first { $0.name == command.name }?.port
        if let port { return .answering("http://\(fleet.host):\(port)\(service.health.live)") }
        return .watched(
            service: service.name, instance: command.name, by: fleet.agentEndpoints.map { "http://\($0.address)/health" })
    }

    private func child(
        _ command: ProcessCommand, liveness: LivenessCheck, exited: @escaping @Sendable (ChildEnd) async -> Void = { _ in }
    ) throws -> ChildSpecification {
        ChildSpecification(
            name: command.name, executable: try executables.path(of: command.executable), arguments: command.arguments,
            environment: Dictionary(command.environment.map { ($0.name, $0.value) }) { _, last in last },
            readiness: check(command.readiness), liveness: liveness, stopGrace: command.stopGrace, restart: restart,
            startVariable: WorkerOwner.startVariable, onExit: exited)
    }

    private func check(_ readiness: ProcessCommand.Readiness) -> ReadinessCheck {
        switch readiness {
        case .answers(let url): ReadinessCheck { await HTTPProbe.status(of: url) != nil }
        case .succeeds(let url): ReadinessCheck { await HTTPProbe.status(of: url) == 200 }
        case .runs(let time): .alive(for: time)
        }
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
}
