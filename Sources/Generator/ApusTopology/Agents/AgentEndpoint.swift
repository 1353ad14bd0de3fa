public import AgentMetrics

/// One agent of the fleet: where it listens and whom it watches.
public struct AgentEndpoint: Hashable, Sendable {
    /// The name of the agent, unique in the fleet: `agent`, or `agent-worker-1` beside an instance.
    public let name: String
    public let host: String
    public let port: Int
    /// The file name of its report socket in the data folder.
    public let socketName: String
    /// The instances that the agent expects.
    public let instances: [InstanceIdentity]
    /// Where its port was declared.
    public let place: SourcePlace

    /// The address at which the agent listens and Prometheus scrapes, as `host:port`.
    public var address: String { "\(host):\(port)" }
}

extension Fleet {
    /// The agents that this fleet has by its placement, in order of the instances.
    public var agentEndpoints: [AgentEndpoint] {
        switch agents.placement {
        case .perHost:
            [
                AgentEndpoint(
                    name: "agent", host: host, port: agents.port, socketName: data.agentSocket(of: nil), instances: identities,
                    place: agents.place)
            ]
        case .besideEachInstance:
            services.flatMap { service in
                service.instances.map { instance in
                    AgentEndpoint(
                        name: "agent-\(instance.name)", host: host, port: instance.metricsPort,
                        socketName: data.agentSocket(of: instance.name),
                        instances: [InstanceIdentity(service: service.name, instance: instance.name)], place: instance.place)
                }
            }
        }
    }
}
