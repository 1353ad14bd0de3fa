import ApusFiles
package import ApusTopology

/// The file of groups by which an agent finds the processes of services that share no memory with it (docs/watching.md).
///
/// Processes that the fleet starts are known by what starts them: by their unit, or by the command line that ``ProcessCommand`` writes.
package struct AgentWatchFile {
    /// The name of the agent's one file, in its folder.
    package static let name = "agent.yaml"
    /// Where agents on hosts and in containers have their files.
    package static let folder = "/etc/apus"

    /// The name of the file of the agent that is in the pod of an instance.
    static func podFile(of instance: String) -> String { "\(instance).yaml" }

    /// An instance, or all that have what a name captures.
    private struct Group {
        let service: String
        let instance: String
        let matches: [[(key: String, text: String)]]
        let place: SourcePlace
    }

    private let groups: [Group]

    // MARK: - Placements

    /// The groups on a host where systemd starts the fleet.
    static func systemd(_ fleet: Fleet) throws(DeploymentError) -> Self {
        try Self(fleet) { service, instance throws(DeploymentError) in
            [("unit", ServiceTemplate.name(of: instance.name, service: service.name))]
        }
    }

    /// The groups where Docker Compose starts the fleet, and the agent sees the host's processes.
    static func compose(_ fleet: Fleet) throws(DeploymentError) -> Self {
        try Self(fleet) { service, instance throws(DeploymentError) in
            // A level that is set where the file is used stands for any text.
            let command = ProcessCommand.container(instance, of: service, in: fleet, logLevel: anyText)
            return [try match(command, of: service)]
        }
    }

    /// The groups where one process starts the fleet as its children.
    ///
    /// - Parameter folder: of all files, as the processes are told it.
    package static func children(of fleet: Fleet, folder: String) throws(DeploymentError) -> Self {
        try Self(fleet) { service, instance throws(DeploymentError) in
            [try match(.child(instance, of: service, in: fleet, folder: folder), of: service)]
        }
    }

    /// The one group of a pod's agent.
    ///
    /// - Parameters:
    ///   - instance: its name.
    ///   - port: that of all pods of the service.
    static func pod(_ instance: String, of service: FleetService, in fleet: Fleet, port: Int?) throws(DeploymentError) -> Self {
        let command = ProcessCommand.pod(instance, of: service, in: fleet, port: port)
        return Self(groups: [
            Group(
                service: service.name, instance: instance, matches: [[try match(command, of: service)]], place: service.place)
        ])
    }

    private init(groups: [Group]) { self.groups = groups }

    /// - Parameter match: what is true of the processes of an instance that the fleet starts.
    private init(
        _ fleet: Fleet,
        match: (FleetService, Instance) throws(DeploymentError) -> [(key: String, text: String)]
    ) throws(DeploymentError) {
        var groups: [Group] = []
        for service in fleet.watchedServices where service.isStarted {
            for instance in service.instances {
                groups.append(
                    Group(
                        service: service.name, instance: instance.name, matches: [try match(service, instance)],
                        place: instance.place))
            }
        }
        for service in fleet.watchedServices {
            guard let found = service.found else { continue }
            func group(_ name: String, _ instance: Instance?) -> Group {
                Group(
                    service: service.name, instance: name,
                    matches: found.matches.map { $0.keys(service.matchValues(of: instance, in: fleet)) },
                    place: instance?.place ?? service.place)
            }
            groups += found.instanceTemplate.map { [group($0, nil)] } ?? service.instances.map { group($0.name, $0) }
        }
        self.groups = groups
    }

    // MARK: - Commands

    /// Stands in a command for a text that is not known here.
    private static let anyText = "\u{1}"

    /// A process that was started by a command, wherever its executable was found.
    private static func match(
        _ command: ProcessCommand, of service: FleetService
    ) throws(DeploymentError) -> (key: String, text: String) {
        let words = [literal(command.executable)] + command.arguments.map(literal)
        let pattern = "^(\\S*/)?\(words.joined(separator: " "))$"
        guard pattern.utf8.count <= longestPattern else {
            throw .commandTooLong(command.name, service: service.name, longest: longestPattern, place: service.place)
        }
        return ("command", pattern)
    }

    /// As many bytes of an expression as an agent takes.
    private static let longestPattern = 1024

    /// A text in a regular expression of PCRE2 that stands for nothing but itself.
    private static func literal(_ text: String) -> String {
        text.map { #"\.[]{}()*+?^$|"#.contains($0) ? "\\\($0)" : "\($0)" }.joined().replacing(anyText, with: "\\S*")
    }

    // MARK: - Text

    private var yaml: YAMLValue {
        [
            "groups": .list(
                groups.map { group in
                    let matches = group.matches.map { YAMLValue.strings($0.map { ($0.key, $0.text) }) }
                    return [
                        "service": .string(group.service), "instance": .string(group.instance),
                        "match": matches.count == 1 ? matches[0] : .list(matches),
                    ]
                })
        ]
    }

    /// The places in the topology that the groups follow from.
    var origins: [FileOrigin] {
        groups.enumerated().map { FileOrigin(.element(["groups", String($0)]), $1.place) }
    }

    package var contents: String { get throws { try YAMLFile.contents(yaml) } }
}
