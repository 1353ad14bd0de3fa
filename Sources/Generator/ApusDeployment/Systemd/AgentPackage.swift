import AgentMetrics
package import ApusFiles
import ApusTopology
import EventCatalog

/// The agent of a host that has no fleet, as the Debian package installs it: units, users, folders and explanations.
///
/// They come from what makes those of a fleet, for a fleet of no services.
package struct AgentPackage {
    /// Where the agent listens, as whom it runs and what it may take: all as it is by default.
    private let fleet = Fleet("host") { Agents(.perHost) }

    package init() {}

    /// `deploy/debian/…`, by the names that debhelper gives the files of a package.
    package var files: [GeneratedFile] {
        let units = AgentUnits(fleet: fleet, context: .package)
        let host = HostFiles(fleet: fleet, context: .package)
        return
            (fleet.agentEndpoints.map { service(of: $0, units) } + units.socketFiles
            + [host.agentUsers, host.agentFolders, catalog]).map(generated)
    }

    private func service(of endpoint: AgentEndpoint, _ units: AgentUnits) -> SystemdFile {
        let settings: [UnitFile.Line] = [
            .comment("More options, which come last."), .setting("EnvironmentFile", "-\(Self.argumentsPath)"),
        ]
        return units.unit(
            units.name(beside: ""), units.serviceDescription,
            command: .unit(
                agent: endpoint, in: fleet, socket: units.socket(beside: ""), watchPath: Self.watchPath,
                arguments: Self.argumentsVariable), prefix: fleet.installation.prefix,
            restart: settings + AgentUnits.reload(AgentUnits.readsFilesAgain))
    }

    private var catalog: SystemdFile {
        SystemdFile(.catalog, "", context.header + CataloguedEvent.catalog(of: CataloguedEvent.ofAgent))
    }

    private var context: UnitContext { .package }

    /// The file that names the groups of processes that are watched; the host's own from the first day on.
    private static let watchPath = "/etc/apus/agent.yaml"

    /// The file in which a host of Debian adds options to a service.
    private static let argumentsPath = "/etc/default/\(ProcessCommand.agentExecutable)"
    private static let argumentsVariable = "ARGS"

    private func generated(_ file: SystemdFile) -> GeneratedFile {
        let name =
            switch file.kind {
            case .unit, .agentSettings: file.name
            case .users: "\(ProcessCommand.agentExecutable).sysusers"
            case .folders: "\(ProcessCommand.agentExecutable).tmpfiles"
            case .catalog: "\(ProcessCommand.agentExecutable).catalog"
            }
        return GeneratedFile(
            path: "deploy/debian/\(name)", contents: file.contents, origins: [FileOrigin(.whole, fleet.place)])
    }
}
