package import ApusFiles
public import ApusTopology

extension Fleet {
    /// Whether one machine's network takes the containers of all its processes.
    package var fitsOneMachine: Bool { containersOfOwn <= ComposeFiles.mostContainers }

    /// Containers of its own processes; those of the servers come on top.
    fileprivate var containersOfOwn: Int {
        let instances = startedServices.reduce(0) { $0 + $1.instances.count }
        return agents.placement == .besideEachInstance ? 2 * instances : instances + 1
    }

    /// Files that every fleet has but this one, each with the reason.
    public var omittedFiles: [String] {
        guard !fitsOneMachine else { return [] }
        return [
            "deploy/docker-compose.yml: left out, since \(containersOfOwn) containers are more than one machine's network takes"
                + " (\(ComposeFiles.mostContainers)): use the files for Kubernetes or systemd"
        ]
    }
}

/// `deploy/docker-compose.yml` and what its containers read: the whole fleet on one machine.
package struct ComposeFiles {
    /// As servers run it.
    private let fleet: Fleet
    private let monitoring: [GeneratedFile]

    /// - Parameters:
    ///   - fleet: as servers run it.
    ///   - monitoring: what Prometheus and Grafana read at the addresses of containers, in ``prometheusFolder`` and ``grafanaFolder``.
    package init(fleet: Fleet, monitoring: [GeneratedFile]) {
        self.fleet = fleet
        self.monitoring = monitoring
    }

    /// Where Prometheus' files for containers lie.
    package static let prometheusFolder = "deploy/compose/prometheus"
    /// The folder of Prometheus' files as the Compose file has it, from its own folder.
    static let prometheusMount = "./compose/prometheus"
    /// Where Grafana's datasource for containers lies.
    package static let grafanaFolder = "deploy/compose/grafana/datasources"

    /// The folder of the agent's file of groups for containers, and as the Compose file has it.
    static let agentFolder = "deploy/compose/agent"
    static let agentMount = "./compose/agent"

    /// A bridge of Linux has 1,023 ports (BR_MAX_PORTS), of which the servers take some.
    static let mostContainers = 1000

    package var all: [GeneratedFile] {
        get throws {
            let configurations =
                try nginxConfigurations(for: fleet, network: .containers, folder: "deploy/compose/nginx")
                + pgbouncerConfigurations(for: fleet, network: .containers, folder: "deploy/compose/pgbouncer")
            return try configurations + watchFiles + monitoring + fleet.brokers.map(brokerConfiguration) + [
                try YAMLFile.file("deploy/docker-compose.yml", composeFile, remarks: remarks)
            ]
        }
    }

    private var watchFiles: [GeneratedFile] {
        get throws {
            guard fleet.hasAgentFile else { return [] }
            let file = try AgentWatchFile.compose(fleet)
            let path = "\(Self.agentFolder)/\(AgentWatchFile.name)"
            return [GeneratedFile(path: path, contents: try file.contents, origins: file.origins)]
        }
    }

    private var composeFile: ComposeFile {
        let services = ComposeServices(fleet: fleet)
        let own =
            (fleet.startedServices.contains(where: fleet.keepsFiles) ? [ComposeServices.dataVolume] : []) + [
                ComposeServices.reportVolume
            ]
        let servers = fleet.databases.map(\.name) + fleet.brokers.map(\.name) + fleet.caches.map(\.name)
        let monitoring = ["prometheus"] + (fleet.declaresRouting ? ["alertmanager"] : []) + ["grafana"]
        let secrets = ComposeSecrets.names(of: fleet)
        return ComposeFile(
            services: OrderedEntries(services.all.map { ($0.0, Placed($0.1, places[$0.0])) }),
            networks: OrderedEntries([(ComposeServices.network, network)]),
            volumes: OrderedEntries((own + servers + monitoring).map { ($0, .init()) }),
            secrets: OrderedEntries(secrets.map { ($0, .init(file: "\(ComposeVariable.secrets.reference)/\($0)")) }))
    }

    /// Addresses are fixed where an agent must know some of them.
    private var network: ComposeFile.Network {
        guard !PageAddresses(fleet).isEmpty else { return .init() }
        let subnets = PageAddresses.subnets(of: fleet)
        return .init(ipam: .init(config: [.init(subnet: subnets.all, range: subnets.others)]))
    }

    /// Where the processes of containers are declared, by their names.
    private var places: [String: SourcePlace] {
        let instances = fleet.services.flatMap(\.instances).map { ($0.name, $0.place) }
        return Dictionary(fleet.endpoints.map { ($0.process, $0.place) } + instances) { first, _ in first }
    }

    /// rabbitmq.conf: where it listens. The user and its password are in a secret.
    private func brokerConfiguration(_ broker: Broker) -> GeneratedFile {
        var text = PlacedText()
        text.add("# Written by `apus generate`: change the topology instead.")
        text.add("listeners.tcp.default = \(broker.port)", from: broker.place)
        text.add("prometheus.tcp.port = \(broker.metricsPort)", from: broker.place)
        text.add("# Its first start makes this user's virtual host.\ndefault_vhost = /")
        return text.file("deploy/compose/rabbitmq/\(broker.name).conf")
    }

    private var remarks: String {
        let agents =
            switch fleet.agents.placement {
            case .perHost:
                """
                The agent has the host's processes (pid: host): it learns from the kernel which process is at the other end of a
                report socket, by its number, and reads /proc of that number. Among the processes of its own container alone it
                would see none of them. It has the services' user and no capability, so that it reads what they may read, and no more.
                """
            case .besideEachInstance:
                """
                Each agent has the processes of the container of its instance (pid: service:NAME): it learns from the kernel which
                process is at the other end of its report socket, by its number, and reads /proc of that number. It starts after
                that container; until then the instance waits for its agent without standing still.
                """
            }
        return """
            docker compose --env-file deploy/env/production/compose.env --file deploy/docker-compose.yml up --detach

            Secrets, and what was verified of this file: docs/deployment.md.

            \(agents)
            The sockets lie in a volume that agents and services share.
            """ + (fleet.sharedFiles.map { "\n\n\($0.composeRemark)" } ?? "")
    }
}
