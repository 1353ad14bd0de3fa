import AgentMetrics
import ApusDeployment
import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

/// The command lines that the topology gives are read by the executables that they are for.
@Suite struct `The command line of each process` {
    /// EX_USAGE, which the executables exit with when an option or its value is refused.
    private static let refused: Int32 = 64

    private static func commands(of fleet: Fleet, at placement: ProcessPlacement) -> [ProcessCommand] {
        let services = fleet.services.flatMap { service -> [ProcessCommand] in
            guard let instance = service.instances.first else { return [] }
            return switch placement {
            case .child: [.child(instance, of: service, in: fleet, folder: "data")]
            case .systemd: [.template(of: service, in: fleet, socket: "missing/agent.sock")]
            case .compose: [.container(instance, of: service, in: fleet, logLevel: "info")]
            case .kubernetes: [.pod(instance.name, of: service, in: fleet, port: instance.port)]
            }
        }
        let agents = fleet.agentEndpoints.prefix(1).flatMap { agent -> [ProcessCommand] in
            let name = agent.instances.first?.description ?? ""
            return switch placement {
            case .child: [.child(agent: agent, in: fleet, folder: "data")]
            case .systemd:
                [
                    .unit(
                        agent: agent, in: fleet, socket: "missing/agent.sock", units: ["a.service"], expectationsPath: "expect"),
                    .agentTemplate(in: fleet, socket: "missing/agent.sock"),
                ]
            case .compose, .kubernetes:
                [
                    .container(agent: agent.name, in: fleet, port: agent.port, socket: agent.socketName, expecting: [name]),
                    .agentImage(of: fleet),
                ] + fleet.services.prefix(1).map { .podAgent(in: fleet, beside: "a-1", of: $0) }
            }
        }
        return services + agents
    }

    /// What a runtime puts in the place of a variable.
    private static func filled(_ word: String) -> String {
        [
            "%i": "i-1", "${APUS_PORT}": "3001", "${APUS_CONNECTIONS}": "5", "${APUS_LISTEN}": "127.0.0.1:9480",
            "${APUS_EXPECT}": "worker/worker-1", "${APUS_UNIT}": "apus-worker@worker-1.service",
        ].reduce(word) { $0.replacing($1.key, with: $1.value) }
    }

    @Test func `is of executables that have one version, the tag of their images`() async throws {
        for executable in [Executables.apus, Executables.agent] {
            let run = try await Command.runApart(executable, ["--version"])
            #expect(run.output == "\(Containers().tag)\n", "\(executable): \(run.errors)")
        }
    }

    @Test(arguments: ProcessPlacement.allCases)
    func `is one that its executable takes`(placement: ProcessPlacement) async throws {
        // Without a data folder and one for sockets each ends at once, but not before it has read its options.
        let folder = try TemporaryFolder()
        let fleet = notificationFleet(FleetParameters(portOffset: try RunningFleet.freeOffset())).replacing([
            Installation(stateFolder: folder.path("state"), runtimeFolder: folder.path("run"))
        ])
        try FileManager.default.createDirectory(atPath: folder.path("agent"), withIntermediateDirectories: false)
        for command in Self.commands(of: fleet, at: placement) {
            let executable = command.executable == "apus" ? Executables.apus : Executables.agent
            // systemd gives a unit that counts its journal a folder for the place.
            let state = command.arguments.contains("--journal-unit") ? ["--state-directory", folder.path("agent")] : []
            let arguments = command.arguments.map(Self.filled) + state
            let run = try await Command.runApart(executable, arguments, folder: folder.path)
            #expect(run.status != 0 && run.status != Self.refused, "\(arguments): \(run.errors)")
            let wrong = try await Command.runApart(executable, arguments + ["--no-such-option"], folder: folder.path)
            #expect(wrong.status == Self.refused, "\(wrong.errors)")
        }
    }
}
