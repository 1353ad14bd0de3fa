import ApusDeployment
import ApusTopology
import ClusterSupervisor
import CommandConventions

/// A fleet as the child processes that run it on this machine.
struct LocalFleet {
    let fleet: Fleet
    /// The data folder.
    let folder: String
    let executables: FleetExecutables
    let restart: RestartPolicy

    /// Agents first, so that what a service records is seen from its start; then the APIs, then the workers.
    ///
    /// - Parameter workerExited: called with the pid of a worker that is gone, before it is started again.
    func stages(workerExited: @escaping @Sendable (Int32) async -> Void) throws -> [[ChildSpecification]] {
        let agents = fleet.agentEndpoints.map { ProcessCommand.child(agent: $0, in: fleet, folder: folder) }
        return try [
            agents.map { try child($0) }, commands(of: .api).map { try child($0) },
            commands(of: .worker).map { try child($0, exited: workerExited) },
        ].filter { !$0.isEmpty }
    }

    private func commands(of role: ServiceRole) -> [ProcessCommand] {
        fleet.services(role: role).flatMap { service in
            service.instances.map { ProcessCommand.child($0, of: service, in: fleet, folder: folder) }
        }
    }

    private func child(
        _ command: ProcessCommand, exited: @escaping @Sendable (Int32) async -> Void = { _ in }
    ) throws -> ChildSpecification {
        ChildSpecification(
            name: command.name, executable: try executables.path(of: command.executable), arguments: command.arguments,
            environment: Dictionary(command.environment.map { ($0.name, $0.value) }) { _, last in last },
            readiness: check(command.readiness), stopGrace: command.stopGrace, restart: restart
        ) { pid, _ in await exited(pid) }
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
