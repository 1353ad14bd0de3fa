import ApusFiles
package import ApusTopology

/// The file by which an agent finds the processes of services that share no memory with it (docs/watching.md), and knows what to ask from
/// outside (docs/probes.md).
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
        let page: Page?
        let place: SourcePlace
    }

    /// Where a page of metrics is, and what is called otherwise on it.
    private struct Page {
        let url: String
        let declared: MetricsPage

        init?(_ url: String?, of service: FleetService) {
            guard let url, let page = service.page else { return nil }
            self.url = url
            declared = page
        }

        var timeout: YAMLValue? { declared.timeout.map { .string($0.argument) } }

        var names: YAMLValue? {
            guard !declared.names.isEmpty else { return nil }
            let pairs = PageName.Subject.allCases.compactMap { subject -> (String, YAMLValue)? in
                let selectors = declared.names.filter { $0.subject == subject }.map(\.selector)
                guard let first = selectors.first else { return nil }
                return (subject.key, selectors.count == 1 ? .string(first) : .strings(selectors))
            }
            return .mapping(pairs)
        }
    }

    private let groups: [Group]
    /// Nil of the agent of a pod, which would ask what those of all other pods ask.
    private let probes: ProbeEntries?

    // MARK: - Placements

    /// The groups on a host where systemd starts the fleet.
    static func systemd(_ fleet: Fleet) throws(DeploymentError) -> Self {
        try Self(fleet, network: .host, pageURL: { $0.pageURL(of: $1, host: fleet.host, in: fleet) }) {
            service, instance throws(DeploymentError) in
            [("unit", ServiceTemplate.name(of: instance.name, service: service.name))]
        }
    }

    /// The groups where Docker Compose starts the fleet, and the agent sees the host's processes.
    static func compose(_ fleet: Fleet) throws(DeploymentError) -> Self {
        let addresses = PageAddresses(fleet)
        func url(_ service: FleetService, _ instance: Instance) -> String? {
            addresses[instance].flatMap { service.pageURL(of: instance, host: $0, in: fleet) }
        }
        return try Self(fleet, network: .containers, pageURL: url) { service, instance throws(DeploymentError) in
            // A level that is set where the file is used stands for any text.
            let command = ProcessCommand.container(instance, of: service, in: fleet, logLevel: anyText)
            return [try match(command, of: service)]
        }
    }

    /// The groups where one process starts the fleet as its children.
    ///
    /// - Parameter folder: of all files, as the processes are told it.
    package static func children(of fleet: Fleet, folder: String) throws(DeploymentError) -> Self {
        try Self(fleet, network: .host, pageURL: { $0.pageURL(of: $1, host: fleet.host, in: fleet) }) {
            service, instance throws(DeploymentError) in
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
        // All pods have the ports of the first instance, and containers of a pod share their loopback.
        let url = service.instances.first.flatMap {
            service.pageURL(of: $0, host: "127.0.0.1", port: service.ownMetricsPort(of: $0) ?? port, in: fleet)
        }
        return Self(groups: [
            Group(
                service: service.name, instance: instance, matches: [[try match(command, of: service)]],
                page: Page(url, of: service), place: service.place)
        ])
    }

    private init(groups: [Group]) {
        self.groups = groups
        probes = nil
    }

    /// - Parameters:
    ///   - network: in which the agent reaches what it asks.
    ///   - pageURL: where the agent finds the page of an instance; nil where it does not reach it.
    ///   - match: what is true of the processes of an instance that the fleet starts.
    private init(
        _ fleet: Fleet, network: FleetNetwork, pageURL: (FleetService, Instance) -> String?,
        match: (FleetService, Instance) throws(DeploymentError) -> [(key: String, text: String)]
    ) throws(DeploymentError) {
        var groups: [Group] = []
        for service in fleet.watchedServices where service.isStarted {
            for instance in service.instances {
                groups.append(
                    Group(
                        service: service.name, instance: instance.name, matches: [try match(service, instance)],
                        page: Page(pageURL(service, instance), of: service), place: instance.place))
            }
        }
        for service in fleet.watchedServices {
            guard let found = service.found else { continue }
            func group(_ name: String, _ instance: Instance?) -> Group {
                Group(
                    service: service.name, instance: name,
                    matches: found.matches.map { $0.keys(service.matchValues(of: instance, in: fleet)) },
                    page: Page(instance.flatMap { pageURL(service, $0) }, of: service), place: instance?.place ?? service.place)
            }
            groups += found.instanceTemplate.map { [group($0, nil)] } ?? service.instances.map { group($0.name, $0) }
        }
        self.groups = groups
        probes = ProbeEntries(fleet, network: network)
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
        .present([
            ("groups", matching.isEmpty && probes?.yaml != nil ? nil : .list(matching.map(Self.group))),
            ("scrape", pagesAlone.isEmpty ? nil : .list(pagesAlone.map(Self.page))),
            ("probes", probes?.yaml),
        ])
    }

    /// Groups whose processes are seen, with their pages where they have some.
    private var matching: [Group] { groups.filter { !$0.matches.isEmpty } }
    /// Groups of which a page is all that is seen.
    private var pagesAlone: [Group] { groups.filter { $0.matches.isEmpty && $0.page != nil } }

    private static func group(_ group: Group) -> YAMLValue {
        let matches = group.matches.map { YAMLValue.strings($0.map { ($0.key, $0.text) }) }
        let page = group.page.map { page -> YAMLValue in
            let url = YAMLValue.string(page.url)
            return page.timeout.map { ["url": url, "timeout": $0] } ?? url
        }
        return .present([
            ("service", .string(group.service)), ("instance", .string(group.instance)),
            ("match", matches.count == 1 ? matches[0] : .list(matches)), ("scrape", page), ("names", group.page?.names),
        ])
    }

    private static func page(_ group: Group) -> YAMLValue {
        .present([
            ("service", .string(group.service)), ("instance", .string(group.instance)),
            ("url", group.page.map { .string($0.url) }),
            ("timeout", group.page?.timeout), ("names", group.page?.names),
        ])
    }

    /// The places in the topology that the groups, pages and probes follow from.
    var origins: [FileOrigin] {
        [("groups", matching), ("scrape", pagesAlone)].flatMap { key, groups in
            groups.enumerated().map { FileOrigin(.element([key, String($0)]), $1.place) }
        } + (probes?.origins ?? [])
    }

    package var contents: String { get throws { try YAMLFile.contents(yaml) } }
}
