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
/// topology names, and nowhere in it (``ProbeFile``). Each probe says whether it had its answer, how long that took and how old it
/// is, with the labels `service`, `instance` and `probe`; alerts and panels follow. A second probe of a kind and a target has a name,
/// which is the label `name` of its series:
///
/// ```swift
/// FleetProbe(.http("shop", url: "https://shop.example/ready"))
/// FleetProbe(.http("shop", url: "https://shop.example/search?q=tea"), name: "search", every: .seconds(60))
/// ```
///
/// The one agent of a host asks, so that a fleet with probes needs `Agents(.perHost)`. In Kubernetes each pod has an agent of its own,
/// which would ask as often as there are pods: its manifests and its rules are without probes.
public struct FleetProbe: FleetPart {
    public let target: ProbedTarget
    /// What tells the probe from others of its kind and its target; nil of one that has no label `name`.
    public let name: String?
    /// The time between two attempts.
    public let interval: Duration
    /// The time of a whole attempt: the name's resolution, the connection, TLS, the login and the answer.
    public let timeout: Duration
    public let place: SourcePlace

    /// - Parameters:
    ///   - target: what is asked.
    ///   - name: 1 to 63 of a-z, 0-9 and hyphens.
    ///   - interval: from 1 s to 1 h.
    ///   - timeout: from 100 ms to 60 s, and the interval at most; nil for 5 s, or the interval where that is shorter.
    public init(
        _ target: ProbedTarget, name: String? = nil, every interval: Duration = .seconds(15), timeout: Duration? = nil,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.target = target
        self.name = name
        self.interval = interval
        self.timeout = timeout ?? min(ProbeBounds.usualTimeout, interval)
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension FleetProbe {
    /// The kind, what is asked, and the probe's own name: one of a ``Variation`` takes the place of that.
    public var partName: String? {
        "\(target.kind.rawValue) \(target.name)" + (name.map { " \($0)" } ?? "")
    }

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
    /// The memory above which the kernel ends an agent of the fleet: that of the agent itself, and what the processes of its probes take.
    package var agentMemoryLimit: ByteCount {
        memoryLimit(agents.limits) + .bytes(probes.count { $0.target.kind.hasProcess } * ProbeBounds.processMemory)
    }

    /// The libraries that the agent of the host needs for its probes.
    package var probeLibraries: Set<ProbeLibrary> { Set(probes.compactMap(\.target.library)) }
}
