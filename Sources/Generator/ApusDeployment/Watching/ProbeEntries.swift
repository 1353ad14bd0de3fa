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
                    ("name", entry.probe.name.map(YAMLValue.string)),
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
        case .postgreSQL(let name, _, _, let tls): return postgreSQL(name, target, tls)
        case .pgBouncer(let name, _, _, let tls):
            return fleet.database(behind: name).flatMap(fleet.poolerEndpoint(of:)).map {
                .present(place($0) + login(target) + self.tls(tls))
            }
        case .rabbitMQ(let name, let management, let tls):
            return fleet.brokers.first { $0.name == name }.map { rabbitMQ($0, management, tls, target) }
        case .redis(let name, _, _, let tls):
            return fleet.caches.first { $0.name == name }.map {
                .present(place(fleet.endpoint(of: $0)) + login(target) + [("tls", self.tls(tls))])
            }
        case .health(let name): return health(of: name, instance: identity.instance).map(YAMLValue.string)
        case .http(_, let url, let status, let login, let tls): return http(url, status, login, tls)
        case .tcp(_, let host, let port, let tls):
            return .present([("host", .string(host)), ("port", .integer(port)), ("tls", self.tls(tls))])
        case .unix(_, let path), .file(_, let path, _): return .string(path)
        case .sql(_, .sqlite(let path), let gauges):
            return .present([("sqlite", .string(path)), ("gauges", .list(gauges.map(Self.gauge)))])
        case .sql(_, .postgreSQL(let name, _, _, let tls), let gauges):
            return postgreSQL(name, target, tls).map { ["postgresql": $0, "gauges": .list(gauges.map(Self.gauge))] }
        }
    }

    private func postgreSQL(_ name: String, _ target: ProbedTarget, _ tls: DatabaseTLS?) -> YAMLValue? {
        fleet.databases.first { $0.name == name }.map { database in
            .present(
                place(fleet.endpoint(of: database)) + [("database", .string(database.database))] + login(target)
                    + self.tls(tls))
        }
    }

    private func rabbitMQ(
        _ broker: Broker, _ management: BrokerManagement?, _ tls: ProbedTLS?, _ target: ProbedTarget
    ) -> YAMLValue {
        var isSecure = false
        if case .verified = tls { isSecure = true }
        let scheme = isSecure ? "https" : "http"
        guard let management else {
            let address = network.address(of: fleet.metricsEndpoint(of: broker))
            return .present([("prometheus", .string("\(scheme)://\(address)")), ("tls", self.tls(tls))])
        }
        let host = network.host(of: fleet.metricsEndpoint(of: broker))
        return .present(
            [("management", .string("\(scheme)://\(host):\(management.port)"))] + login(target) + [("tls", self.tls(tls))])
    }

    /// The URL alone where that is all.
    private func http(_ url: String, _ status: [ProbedStatus], _ login: ProbedLogin?, _ tls: ProbedTLS?) -> YAMLValue {
        let user: (String, YAMLValue?)
        let secret: [(String, YAMLValue?)]
        switch login {
        case .user(let name, let file): (user, secret) = (("user", .string(name)), [self.secret("password", file)])
        case .token(let file): (user, secret) = (("user", nil), [self.secret("bearer_token", file)])
        case nil: (user, secret) = (("user", nil), [])
        }
        let protection = self.tls(tls)
        guard !status.isEmpty || login != nil || protection != nil else { return .string(url) }
        let codes = status.map { YAMLValue.string($0.text) }
        return .present(
            [("url", .string(url)), ("status", codes.isEmpty ? nil : .list(codes)), user] + secret + [("tls", protection)])
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

    // MARK: - Files

    private func login(_ target: ProbedTarget) -> [(String, YAMLValue?)] {
        guard let login = target.login(in: fleet) else { return [] }
        return [("user", login.user.map(YAMLValue.string)), secret("password", login.secret)]
    }

    /// The key that names a file with a secret, and its value.
    private func secret(_ stem: String, _ file: ProbeFile) -> (String, YAMLValue?) {
        if case (.credential(let name), .host) = (file, network) { return ("\(stem)_credential", .string(name)) }
        return ("\(stem)_file", path(file))
    }

    /// The path at which the agent finds a file.
    private func path(_ file: ProbeFile) -> YAMLValue {
        switch (file, network) {
        case (_, .containers): .string("\(ComposeSecrets.folder)/\(file.secretName)")
        // As systemd calls the folder of a service's credentials (systemd.exec(5), CREDENTIALS_DIRECTORY).
        case (.credential(let name), .host): .string("/run/credentials/\(AgentUnits(fleet: fleet).name(beside: ""))/\(name)")
        case (.file(let path), .host): .string(path)
        }
    }

    private func tls(_ tls: ProbedTLS?) -> YAMLValue? {
        guard case .verified(let authority, let identity, let serverName) = tls else { return nil }
        guard authority != nil || identity != nil || serverName != nil else { return .bool(true) }
        return .present([
            ("ca_file", authority.map(path)), ("cert_file", identity.map { path($0.certificate) }),
            ("key_file", identity.map { path($0.key) }), ("server_name", serverName.map(YAMLValue.string)),
        ])
    }

    private func tls(_ tls: DatabaseTLS?) -> [(String, YAMLValue?)] {
        guard let tls else { return [] }
        guard case .verified(let authority, let identity) = tls else { return [("sslmode", .string(tls.mode))] }
        return [
            ("sslmode", .string(tls.mode)), ("sslrootcert", path(authority)),
            ("sslcert", identity.map { path($0.certificate) }), ("sslkey", identity.map { path($0.key) }),
        ]
    }

    private static func gauge(_ gauge: SQLGauge) -> YAMLValue {
        .strings([
            ("name", gauge.family.name), ("help", gauge.family.help), ("query", gauge.query), ("value", gauge.value),
        ])
    }
}
