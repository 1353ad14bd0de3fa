import AgentMetrics
public import ApusTopology

/// The command line of one process of a fleet, and what starts and stops it.
///
/// Everything that runs processes takes them from here: `apus up`, the units of systemd, Docker Compose and Kubernetes. So a
/// setting of the topology reaches a process wherever that runs.
public struct ProcessCommand: Hashable, Sendable {
    /// A variable of the environment.
    public struct Variable: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    /// How one finds out from outside that a process is there.
    public enum Readiness: Hashable, Sendable {
        /// It answers a GET of the URL, whatever it says.
        case answers(url: String)
        /// It answers a GET of the URL with status 200.
        case succeeds(url: String)
        /// It has run for so long: one whose options are wrong ends at once.
        case runs(Duration)
    }

    /// The name of the instance or the agent.
    public let name: String
    /// The name of the executable's file.
    public let executable: String
    /// Where others have installed the executable; nil for one of the fleet's own.
    public let path: String?
    /// An option stands with its value.
    public let options: [[String]]
    public let environment: [Variable]
    /// How long a stop may take before the process is killed.
    public let stopGrace: Duration
    /// How long the process may give systemd no sign of life; nil for one that tells systemd nothing.
    public let watchdog: Duration?
    public let readiness: Readiness

    public var arguments: [String] { options.flatMap(\.self) }
}

// MARK: - Services

extension ProcessCommand {
    /// - Parameter values: what the values of the command are in this place; one that is missing does not exist there.
    private init(
        _ name: String, of service: FleetService, in fleet: Fleet, at placement: ProcessPlacement,
        values: [ProcessValue: String], variables: [Variable] = [], port: Int? = nil
    ) {
        let command = fleet.command(of: service)
        self.name = name
        executable = command.executable.name
        path = fleet.path(of: service)
        options = command.arguments.filter { $0.placements.contains(placement) }.compactMap { argument in
            let words = argument.words.compactMap { $0.text(values) }
            return words.count == argument.words.count ? words : nil
        }
        let reporting = Self.reporting(of: service, instance: values[.instance] ?? name, in: fleet, at: placement)
        environment =
            variables + reporting.filter { command.environment[$0.name] == nil }
            + command.environment.sorted { $0.key < $1.key }.compactMap { name, text in
                text.text(values).map { Variable(name: name, value: $0) }
            }
        stopGrace = command.stopGrace
        watchdog = command.watchdog
        readiness =
            port.map { Readiness.succeeds(url: "http://\(fleet.host):\($0)\(service.health.ready)") }
            ?? .runs(.milliseconds(500))
    }

    /// The variables by which a service that reports over HTTP finds its agent, and says who it is.
    private static func reporting(
        of service: FleetService, instance: String, in fleet: Fleet, at placement: ProcessPlacement
    ) -> [Variable] {
        guard service.reports.isOverHTTP, let endpoint = fleet.reportEndpoint else { return [] }
        // Containers of a pod share their loopback.
        let network: FleetNetwork = placement == .compose ? .containers : .host
        let url = "http://\(network.address(of: endpoint))"
        let pairs: [(String, String)] =
            switch service.reports {
            case .segment, .nothing: []
            case .text: [("APUS_REPORT_URL", "\(url)/v1/report/\(service.name)/\(instance)")]
            case .openTelemetry:
                [
                    ("OTEL_SERVICE_NAME", service.name), ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=\(instance)"),
                    ("OTEL_EXPORTER_OTLP_ENDPOINT", url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                    ("OTEL_METRICS_EXPORTER", "otlp"), ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "none"),
                    (
                        "OTEL_METRIC_EXPORT_INTERVAL",
                        "\(Int(min(fleet.agents.samplingInterval, .seconds(15)) / .milliseconds(1)))"
                    ),
                ]
            }
        return pairs.map { Variable(name: $0.0, value: $0.1) }
    }

    /// An instance as a child of a process that runs the whole fleet.
    ///
    /// - Parameter folder: of all files, and of the sockets of the agents.
    public static func child(_ instance: Instance, of service: FleetService, in fleet: Fleet, folder: String) -> Self {
        let identity = InstanceIdentity(service: service.name, instance: instance.name)
        var values: [ProcessValue: String] = [.instance: instance.name, .host: fleet.host, .dataFolder: folder]
        values[.port] = instance.port.map { "\($0)" }
        values[.metricsPort] = service.ownMetricsPort(of: instance).map { "\($0)" }
        values[.agentSocket] = fleet.agentEndpoints.first { $0.instances.contains(identity) }.map {
            "\(folder)/\($0.socketName)"
        }
        values[.connections] = fleet.connectionShare(of: identity).map { "\($0)" }
        return Self(instance.name, of: service, in: fleet, at: .child, values: values, port: instance.port)
    }

    /// The template of a service's units: what only one instance has is in variables, as ``settings(of:_:in:)`` gives them.
    ///
    /// - Parameter socket: the report socket of the agent of the instance `%i`.
    package static func template(of service: FleetService, in fleet: Fleet, socket: String) -> Self {
        var values: [ProcessValue: String] = [
            .instance: "%i", .host: fleet.host, .dataFolder: fleet.installation.stateFolder, .agentSocket: socket,
            .connections: "${\(connectionsVariable)}",
        ]
        values[.port] = service.instances.contains { $0.port != nil } ? "${\(portVariable)}" : nil
        values[.metricsPort] = service.page?.location == .metricsPort ? "${\(metricsPortVariable)}" : nil
        let variables =
            fleet.command(of: service).names(.connections)
            ? [Variable(name: connectionsVariable, value: "\(leastShare(of: service, in: fleet))")] : []
        return Self("%i", of: service, in: fleet, at: .systemd, values: values, variables: variables)
    }

    /// The variables of each instance of a service, in their order: its port, that of its page, and its share of the connections where that is more
    /// than the template has.
    package static func settings(of service: FleetService, in fleet: Fleet) -> [[Variable]] {
        let command = fleet.command(of: service)
        let least = leastShare(of: service, in: fleet)
        let hasPort = command.names(.port)
        let hasMetricsPort = command.names(.metricsPort)
        let hasShare = command.names(.connections)
        return zip(service.instances, fleet.connectionShares(of: service)).map { instance, share in
            var variables: [Variable] = []
            if hasPort, let port = instance.port { variables.append(Variable(name: portVariable, value: "\(port)")) }
            if hasMetricsPort, let port = service.ownMetricsPort(of: instance) {
                variables.append(Variable(name: metricsPortVariable, value: "\(port)"))
            }
            if hasShare, share != least { variables.append(Variable(name: connectionsVariable, value: "\(share)")) }
            return variables
        }
    }

    private static let portVariable = "APUS_PORT"
    private static let metricsPortVariable = "APUS_METRICS_PORT"
    private static let connectionsVariable = "APUS_CONNECTIONS"

    /// The share of an instance that the topology does not name.
    private static func leastShare(of service: FleetService, in fleet: Fleet) -> Int {
        fleet.connectionShares(of: service).min() ?? 1
    }

    /// An instance in a container of Docker Compose.
    ///
    /// - Parameter logLevel: the least severe events that it logs.
    package static func container(_ instance: Instance, of service: FleetService, in fleet: Fleet, logLevel: String) -> Self {
        let identity = InstanceIdentity(service: service.name, instance: instance.name)
        let agent = fleet.agentEndpoints.first { $0.instances.contains(identity) }
        return contained(
            instance.name, of: service, in: fleet, at: .compose, port: instance.port,
            metricsPort: service.ownMetricsPort(of: instance),
            socket: agent?.socketName ?? fleet.data.agentSocket(of: nil),
            connections: fleet.connectionShare(of: identity) ?? fleet.connections.perInstance, logLevel: logLevel)
    }

    /// An instance in a pod of Kubernetes, beside its agent.
    ///
    /// - Parameters:
    ///   - instance: its name, or what the runtime replaces by that.
    ///   - port: each pod has an address of its own, so that all pods of a service have one port.
    package static func pod(_ instance: String, of service: FleetService, in fleet: Fleet, port: Int?) -> Self {
        contained(
            instance, of: service, in: fleet, at: .kubernetes, port: port,
            metricsPort: service.instances.first.flatMap(service.ownMetricsPort), socket: fleet.data.agentSocket(of: nil),
            // What a scaler adds takes as much as what was there.
            connections: leastShare(of: service, in: fleet), logLevel: "info")
    }

    /// In a container a process listens on all addresses of its own.
    private static func contained(
        _ instance: String, of service: FleetService, in fleet: Fleet, at placement: ProcessPlacement, port: Int?,
        metricsPort: Int?, socket: String, connections: Int, logLevel: String
    ) -> Self {
        var values: [ProcessValue: String] = [
            .instance: instance, .host: "0.0.0.0", .dataFolder: fleet.installation.stateFolder,
            .agentSocket: fleet.reportSocket(named: socket), .connections: "\(connections)", .logLevel: logLevel,
        ]
        values[.port] = port.map { "\($0)" }
        values[.metricsPort] = metricsPort.map { "\($0)" }
        return Self(instance, of: service, in: fleet, at: placement, values: values, port: port)
    }
}

extension Fleet {
    /// Where the executable of a service is that others have installed; nil for one of the fleet's own package.
    package func path(of service: FleetService) -> String? {
        let executable = command(of: service).executable
        return executable.path ?? (service.runtime == .swift ? nil : "/usr/bin/\(executable.name)")
    }
}

// MARK: - Probes

extension ProcessCommand {
    /// The command in an instance's container that asks a URL of the process itself whether it is well; nil when its program has
    /// none.
    package static func probe(of service: FleetService, in fleet: Fleet, url: String) -> [String]? {
        fleet.command(of: service).probe.map { $0.command + [url] }
    }

    /// The command in an instance's container that asks the instance's agent whether the process is well; nil when its program has
    /// none.
    ///
    /// - Parameters:
    ///   - instance: its name, or what a shell replaces by that.
    ///   - agent: `HOST:PORT` at which its agent serves.
    ///   - passUnanswered: whether all is well when the agent does not answer; a program without an option for that has no such
    ///     command.
    package static func probe(
        of service: FleetService, in fleet: Fleet, instance: String, agent: String, passUnanswered: Bool = false
    ) -> [String]? {
        guard let probe = fleet.command(of: service).probe else { return nil }
        var words = probe.command + ["http://\(agent)/health", "--instance", "\(service.name)/\(instance)"]
        if passUnanswered {
            guard let option = probe.passUnanswered else { return nil }
            words.append(option)
        }
        return words
    }
}
