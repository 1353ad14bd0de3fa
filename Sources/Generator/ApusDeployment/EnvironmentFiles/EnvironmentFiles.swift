package import ApusFiles
package import ApusTopology

/// `deploy/env/ENVIRONMENT/compose.env` of each environment that the fleet has: what `docker compose --env-file` puts into the
/// Compose file. No secret is in them.
package func environmentFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let own = Set([fleet.environment] + fleet.variations.map(\.environment))
    return try FleetEnvironment.allCases.filter(own.contains).map { environment in
        let varied = environment == fleet.environment ? fleet : try fleet.varied(for: environment).validated()
        return environmentText(of: varied).file("deploy/env/\(environment.rawValue)/compose.env")
    }
}

private func environmentText(of fleet: Fleet) -> PlacedText {
    var text = PlacedText()
    text.add("# Written by `apus generate`: change the topology instead.")
    text.add(
        "# docker compose --env-file deploy/env/\(fleet.environment.rawValue)/compose.env --file deploy/docker-compose.yml …")
    text.addBlankLine()
    text.add("# Before the names of containers and volumes, so that two environments can share a machine.")
    text.add("COMPOSE_PROJECT_NAME=\(fleet.name)-\(fleet.environment.rawValue)", from: fleet.place)
    for variable in ComposeVariable.allCases {
        text.add("# \(variable.remark)")
        text.add("\(variable.rawValue)=\(variable.value(in: fleet))", from: fleet.containers.place)
    }
    return text
}

extension ComposeVariable {
    /// What it is in an environment: only production and staging are there for others, and a developer wants to read everything.
    func value(in fleet: Fleet) -> String {
        let isDevelopment = fleet.environment == .development
        return switch self {
        case .registry: ContainerImages.prefix(fleet.containers)
        case .tag: fleet.containers.tag
        case .logLevel: isDevelopment ? "debug" : "info"
        case .publicAddress: isDevelopment ? "127.0.0.1" : "0.0.0.0"
        case .operatorAddress: "127.0.0.1"
        case .secrets: isDevelopment ? "./secrets" : "/etc/apus/secrets"
        }
    }
}
