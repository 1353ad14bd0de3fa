import AgentMetrics
import ApusFiles
import ApusMetrics
import ApusTopology

/// The probes in the file of an agent: what it asks from outside, at the addresses that its network has.
struct ProbeEntries {
    private let fleet: Fleet
    private let network: FleetNetwork

    init(_ fleet: Fleet, network: FleetNetwork) {
        self.fleet = fleet
        self.network = network
    }

    /// A probe of one identity.
    private struct Entry {
        let identity: InstanceIdentity
        let probe: FleetProbe
        let question: YAMLValue
    }

    private var entries: [Entry] {
        fleet.probes.flatMap { probe in
            probe.identities(in: fleet).compactMap { identity in
                question(of: probe, to: identity).map { Entry(identity: identity, probe: probe, question: $0) }
            }
        }
    }

    var yaml: YAMLValue? {
        let entries = entries
        guard !entries.isEmpty else { return nil }
        return .list(
            entries.map { entry in
                .present([
                    ("service", .string(entry.identity.service)), ("instance", .string(entry.identity.instance)),
                    ("every", .string(entry.probe.interval.argument)), ("timeout", .string(entry.probe.timeout.argument)),
                    (entry.probe.target.kind.rawValue, entry.question),
                ])
            })
    }

    /// The places in the topology that the probes follow from.
    var origins: [FileOrigin] {
        entries.enumerated().map { FileOrigin(.element(["probes", String($0)]), $1.probe.place) }
    }

    // MARK: - Questions

    /// The value of the kind's key; nil of what is not reached.
    private func question(of probe: FleetProbe, to identity: InstanceIdentity) -> YAMLValue? {
        let target = probe.target
        switch target {
        case .postgreSQL(let name, _, _): return postgreSQL(name, target)
        case .pgBouncer(let name, _, _):
            return fleet.database(behind: name).flatMap(fleet.poolerEndpoint(of:)).map {
                .present(place($0) + login(target))
            }
        case .rabbitMQ(let name):
            return fleet.brokers.first { $0.name == name }.map {
                ["prometheus": .string("http://\(network.address(of: fleet.metricsEndpoint(of: $0)))")]
            }
        case .redis(let name, _):
            return fleet.caches.first { $0.name == name }.map { .present(place(fleet.endpoint(of: $0)) + login(target)) }
        case .health(let name): return health(of: name, instance: identity.instance).map(YAMLValue.string)
        case .http(_, let url): return .string(url)
        case .tcp(_, let host, let port): return ["host": .string(host), "port": .integer(port)]
        case .unix(_, let path), .file(_, let path, _): return .string(path)
        case .sql(_, .sqlite(let path), let gauges):
            return .present([("sqlite", .string(path)), ("gauges", .list(gauges.map(Self.gauge)))])
        case .sql(_, .postgreSQL(let name, _, _), let gauges):
            return postgreSQL(name, target).map { ["postgresql": $0, "gauges": .list(gauges.map(Self.gauge))] }
        }
    }

    private func postgreSQL(_ name: String, _ target: ProbedTarget) -> YAMLValue? {
        fleet.databases.first { $0.name == name }.map { database in
            .present(place(fleet.endpoint(of: database)) + [("database", .string(database.database))] + login(target))
        }
    }

    /// What others start is on the host, whose loopback no container reaches.
    private func health(of name: String, instance: String) -> String? {
        guard let service = fleet.services.first(where: { $0.name == name }), network == .host || service.isStarted,
            let endpoint = service.instances.first(where: { $0.name == instance }).flatMap(fleet.endpoint(of:))
        else { return nil }
        return "http://\(network.address(of: endpoint))\(service.health.ready)"
    }

    private func place(_ endpoint: FleetEndpoint) -> [(String, YAMLValue?)] {
        [("host", .string(network.host(of: endpoint))), ("port", .integer(endpoint.port))]
    }

    private func login(_ target: ProbedTarget) -> [(String, YAMLValue?)] {
        guard let login = target.login(in: fleet) else { return [] }
        let password: (String, YAMLValue?) =
            switch (login.password, network) {
            case (_, .containers): ("password_file", .string("\(ComposeSecrets.folder)/\(login.password.secretName)"))
            case (.credential(let name), .host): ("password_credential", .string(name))
            case (.file(let path), .host): ("password_file", .string(path))
            }
        return [("user", login.user.map(YAMLValue.string)), password]
    }

    private static func gauge(_ gauge: SQLGauge) -> YAMLValue {
        .strings([
            ("name", gauge.family.name), ("help", gauge.family.help), ("query", gauge.query), ("value", gauge.value),
        ])
    }
}
