import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import NotificationFleet
import Yams

/// The command lines of all processes of a fleet in one placement, by the names of the processes, as the generated files have them.
struct CommandLines {
    let byProcess: [String: [String]]

    /// The folder of a fleet that `apus up` runs.
    static let folder = "data"

    init(of fleet: Fleet, at placement: ProcessPlacement) throws {
        byProcess =
            switch placement {
            case .child: Self.children(of: fleet)
            case .systemd: try Self.units(of: fleet)
            case .compose: try Self.composed(from: fleet)
            case .kubernetes: try Self.pods(of: fleet)
            }
    }

    private static func children(of fleet: Fleet) -> [String: [String]] {
        let instances = fleet.services.flatMap { service in
            service.instances.map { ProcessCommand.child($0, of: service, in: fleet, folder: folder) }
        }
        let agents = fleet.agentEndpoints.map { ProcessCommand.child(agent: $0, in: fleet, folder: folder) }
        return Dictionary(uniqueKeysWithValues: (instances + agents).map { ($0.name, $0.arguments) })
    }

    /// Reads templates and the settings of their instances as systemd does.
    private static func units(of fleet: Fleet) throws -> [String: [String]] {
        let files = Dictionary(
            uniqueKeysWithValues: try fleet.generatedFiles(of: [.systemd]).map { ($0.path, $0.contents) })
        func command(_ unit: String, instance: String) -> [String] {
            let template = unit.replacing(instance, with: "")
            let texts = [files["deploy/systemd/\(template)"], files["deploy/systemd/\(unit).d/50-fleet.conf"]].compactMap(
                \.self)
            let lines = texts.joined(separator: "\n").replacing(" \\\n", with: " ").split(separator: "\n")
            var text = lines.first { $0.hasPrefix("ExecStart=") }.map(String.init) ?? ""
            // A later variable takes the place of an earlier one.
            for line in lines.reversed() where line.hasPrefix("Environment=") {
                let pair = line.dropFirst("Environment=".count).split(separator: "=", maxSplits: 1)
                text = text.replacing("${\(pair[0])}", with: pair[1])
            }
            return text.replacing("%i", with: instance).split(separator: " ").dropFirst().map(String.init)
        }
        let instances = fleet.services.flatMap { service in
            service.instances.map { ($0.name, command("apus-\(service.name)@\($0.name).service", instance: $0.name)) }
        }
        let agents = fleet.agentEndpoints.map { agent -> (String, [String]) in
            switch fleet.agents.placement {
            case .perHost: (agent.name, command("apus-agent.service", instance: "-none-"))
            case .besideEachInstance:
                (
                    agent.name,
                    command(
                        "apus-\(agent.name.replacing("agent-", with: "agent@")).service",
                        instance: String(agent.name.dropFirst(6)))
                )
            }
        }
        return Dictionary(uniqueKeysWithValues: instances + agents)
    }

    private static func composed(from fleet: Fleet) throws -> [String: [String]] {
        let file = try fleet.generatedFiles(of: [.compose]).first { $0.path == "deploy/docker-compose.yml" }
        let document = try load(yaml: file?.contents ?? "") as? [String: Any]
        let services = document?["services"] as? [String: [String: Any]] ?? [:]
        return services.compactMapValues { $0["command"] as? [String] }.mapValues { command in
            command.map { $0.hasPrefix("${APUS_LOG_LEVEL") ? "info" : $0 }
        }
    }

    /// Of each set of pods the first pod, and the agent beside it.
    private static func pods(of fleet: Fleet) throws -> [String: [String]] {
        var lines: [String: [String]] = [:]
        for file in try fleet.generatedFiles(of: [.kubernetes]) where file.path.contains("/service-") {
            for document in try load_all(yaml: file.contents) {
                guard let object = document as? [String: Any], object["kind"] as? String == "StatefulSet",
                    let name = (object["metadata"] as? [String: Any])?["name"] as? String,
                    let spec = object["spec"] as? [String: Any], let template = spec["template"] as? [String: Any],
                    let pod = template["spec"] as? [String: Any]
                else { continue }
                let first = (spec["ordinals"] as? [String: Any])?["start"] as? Int ?? 0
                let containers = ["containers", "initContainers"].flatMap { pod[$0] as? [[String: Any]] ?? [] }
                for container in containers {
                    let instance = "\(name)-\(first)"
                    let command = (container["args"] as? [String] ?? []).map { $0.replacing("$(POD_NAME)", with: instance) }
                    lines[container["name"] as? String == "agent" ? "agent-\(instance)" : instance] = command
                }
            }
        }
        return lines
    }
}

extension [String] {
    /// The values of an option.
    func values(of option: String) -> [String] { indices.dropLast().filter { self[$0] == option }.map { self[$0 + 1] } }
}
