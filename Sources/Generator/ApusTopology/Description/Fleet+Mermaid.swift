import AgentMetrics

extension Fleet {
    /// The fleet as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html): the way of requests and of work in solid
    /// lines, that of metrics in dotted ones, that of alerts in thick ones.
    public var mermaid: String {
        let lines = nodes + requestEdges + storageEdges + metricEdges + alertEdges
        return "flowchart LR\n" + lines.map { "    \($0)\n" }.joined()
    }

    // MARK: - Nodes

    private var nodes: [String] {
        let groups = services.flatMap { service in
            ["subgraph \(Self.id(of: service))[\"\(service.name)\"]"]
                + service.instances.map { "    " + Self.node($0.name, ports: [$0.port].compactMap(\.self)) } + ["end"]
        }
        let servers = serverEndpoints.filter { $0.process == $0.owner }
        let balancers = loadBalancers.map { balancer in
            Self.node(balancer.name, ports: [balancer.port] + [balancer.certificate?.port].compactMap(\.self))
        }
        let stores = servers.filter { [.database, .pooler, .broker, .cache].contains($0.kind) }
            .map { Self.node($0.owner, ports: [$0.port]) }
        let watchers = agentEndpoints.map { Self.node($0.name, ports: [$0.port]) }
        let monitors = ([prometheusEndpoint] + [alertmanagerEndpoint].compactMap(\.self)).map {
            Self.node($0.process, ports: [$0.port])
        }
        let receivers = usedReceivers.map { "r_\(Self.identifier($0))([\"\($0)\"])" }
        return ["clients([\"clients\"])"] + balancers + groups + stores + watchers + monitors + ["p_grafana[\"grafana\"]"]
            + receivers
    }

    private var usedReceivers: [String] { declaresRouting ? routing.receivers.map(\.name) : [] }

    // MARK: - Edges

    private var requestEdges: [String] {
        let balanced = Set(loadBalancers.map(\.service))
        let direct = services(role: .api).filter { !balanced.contains($0.name) }
        return loadBalancers.flatMap {
            ["clients --> \(Self.id($0.name))", "\(Self.id($0.name)) --> s_\(Self.identifier($0.service))"]
        }
            + direct.map { "clients --> \(Self.id(of: $0))" }
    }

    /// Lines from services to their stores; work goes from the APIs by a queue to those who take from it.
    private var storageEdges: [String] {
        let databases = databases.flatMap { database in
            let entrance = Self.id(database.pooler?.name ?? database.name)
            return services.map { "\(Self.id(of: $0)) --> \(entrance)" }
                + (database.pooler == nil ? [] : ["\(entrance) --> \(Self.id(database.name))"])
        }
        let brokers = brokers.flatMap { broker in
            services(role: .api).map { "\(Self.id(of: $0)) --> \(Self.id(broker.name))" }
                + broker.queues.map {
                    "\(Self.id(broker.name)) -->|\($0.name)| s_\(Self.identifier($0.consumers))"
                }
        }
        let caches = caches.flatMap { cache in services.map { "\(Self.id(of: $0)) --> \(Self.id(cache.name))" } }
        return databases + brokers + caches
    }

    private var metricEdges: [String] {
        let reports =
            switch agents.placement {
            case .perHost: services.map { "\(Self.id(of: $0)) -.-> \(Self.id("agent"))" }
            case .besideEachInstance:
                agentEndpoints.flatMap { agent in
                    agent.instances.map { "\(Self.id($0.instance)) -.-> \(Self.id(agent.name))" }
                }
            }
        let scraped =
            agentEndpoints.map(\.name) + loadBalancers.map(\.name)
            + databases.flatMap { [$0.name] + [$0.pooler?.name].compactMap(\.self) } + brokers.map(\.name) + caches.map(\.name)
        return reports + scraped.map { "\(Self.id($0)) -.-> p_prometheus" } + ["p_prometheus -.-> p_grafana"]
    }

    private var alertEdges: [String] {
        guard declaresRouting else { return [] }
        return ["p_prometheus ==> p_alertmanager"] + usedReceivers.map { "p_alertmanager ==> r_\(Self.identifier($0))" }
    }

    // MARK: - Names

    private static func node(_ name: String, ports: [Int]) -> String {
        let text = ([name] + (ports.isEmpty ? [] : [ports.map(String.init).joined(separator: ", ")])).joined(separator: "<br>")
        return "\(id(name))[\"\(text)\"]"
    }

    /// The identifier of a process, with a letter before it, as some names are words of Mermaid's.
    private static func id(_ process: String) -> String { "p_\(identifier(process))" }
    private static func id(of service: FleetService) -> String { "s_\(identifier(service.name))" }

    /// A name with underscores for hyphens, which stays unique: names have no underscores themselves.
    private static func identifier(_ name: String) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }
}
