package import AgentMetrics

/// What the agent of the host asks from outside, again and again: a server, a service, a socket or a file.
///
/// ```swift
/// Database("orders-db", pooler: Pooler("orders-pool"))
/// FleetProbe(.postgreSQL("orders-db"))
/// FleetProbe(.pgBouncer("orders-pool"))
/// FleetProbe(.health(of: "shop"), timeout: .seconds(2))
/// FleetProbe(.file("backups", at: "/var/backups/orders-*.dump", olderThan: .seconds(90_000)), every: .seconds(60))
/// ```
///
/// Where a part of the fleet is asked, its host, port, user and database are those of its declaration. Passwords are in files that the
/// topology names, and nowhere in it (``ProbePassword``). Each probe says whether it had its answer, how long that took and how old it
/// is, with the labels `service`, `instance` and `probe`; alerts and panels follow.
///
/// The one agent of a host asks, so that a fleet with probes needs `Agents(.perHost)`. In Kubernetes each pod has an agent of its own,
/// which would ask as often as there are pods: its manifests and its rules are without probes.
public struct FleetProbe: FleetPart {
    public let target: ProbedTarget
    /// The time between two attempts.
    public let interval: Duration
    /// The time of a whole attempt: the name's resolution, the connection, TLS, the login and the answer.
    public let timeout: Duration
    public let place: SourcePlace

    /// - Parameters:
    ///   - target: what is asked.
    ///   - interval: from 1 s to 1 h.
    ///   - timeout: from 100 ms to 60 s, and the interval at most; nil for 5 s, or the interval where that is shorter.
    public init(
        _ target: ProbedTarget, every interval: Duration = .seconds(15), timeout: Duration? = nil, fileID: String = #fileID,
        line: Int = #line
    ) {
        self.target = target
        self.interval = interval
        self.timeout = timeout ?? min(.seconds(5), interval)
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// The number of probes that an agent takes from its file.
    package static let most = 256
    /// The number of those among them that it asks in processes of their own: databases, poolers, queries and files.
    package static let mostInProcesses = 64
}

extension FleetProbe {
    /// The kind and the name: one of a ``Variation`` takes the place of that.
    public var partName: String? { "\(target.kind.rawValue) \(target.name)" }

    /// Who is asked, by the labels of the probe's series.
    package func identities(in fleet: Fleet) -> [InstanceIdentity] {
        guard case .health(of: let name) = target else {
            return [InstanceIdentity(service: target.name, instance: target.name)]
        }
        return fleet.services.filter { $0.name == name }.flatMap(\.instances).filter { $0.port != nil }.map {
            InstanceIdentity(service: name, instance: $0.name)
        }
    }
}

extension Fleet {
    /// What the agent of the host asks, in order of declaration; nothing in a cluster, where each pod has an agent.
    package var probes: [FleetProbe] { isInCluster ? [] : parts(of: FleetProbe.self) }

    /// Whether the agent of the host has a file of what it watches, beside who reports by a segment.
    package var hasAgentFile: Bool { !watchedServices.isEmpty || !probes.isEmpty }
}

extension Fleet {
    /// Whether some probe asks another host than that of the agent, or one that only a name tells.
    package var probesOthers: Bool {
        probes.contains { probe in
            let host: Substring? =
                switch probe.target {
                case .postgreSQL(let name, _, _), .sql(_, .postgreSQL(let name, _, _), _):
                    databases.first { $0.name == name }.flatMap { $0.host?[...] }
                case .pgBouncer(let name, _, _): database(behind: name).flatMap { $0.host?[...] }
                case .rabbitMQ(let name): brokers.first { $0.name == name }.flatMap { $0.host?[...] }
                case .redis(let name, _): caches.first { $0.name == name }.flatMap { $0.host?[...] }
                case .http(_, let url):
                    url.split(separator: "://", maxSplits: 1).last.map { $0.prefix { !"/:?".contains($0) } }
                case .tcp(_, let host, _): host[...]
                case .health, .unix, .file, .sql(_, .sqlite, _): nil
                }
            // Without a host of its own a part is at that of the fleet, where the agent is.
            return host.map { $0 != "localhost" && !$0.hasPrefix("127.") } ?? false
        }
    }
}
