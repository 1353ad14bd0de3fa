public import AgentMetrics

/// One agent of the fleet: where it listens and whom it watches.
public struct AgentEndpoint: Hashable, Sendable {
    /// The name of the agent, unique in the fleet: `agent`, or `agent-worker-1` beside an instance.
    public let name: String
    public let host: String
    public let port: Int
    /// The file name of its report socket in the data folder.
    public let socketName: String
    /// The instances that the agent watches.
    public let instances: [InstanceIdentity]
    /// The instances that count as down while they do not report.
    public let expected: [InstanceIdentity]
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
                    expected: expectedInstances, place: agents.place)
            ]
        case .besideEachInstance:
            services.flatMap { service in
                service.instances.map { instance in
                    let identity = InstanceIdentity(service: service.name, instance: instance.name)
                    return AgentEndpoint(
                        name: "agent-\(instance.name)", host: host, port: instance.metricsPort,
                        socketName: data.agentSocket(of: instance.name), instances: [identity], expected: [identity],
                        place: instance.place)
                }
            }
        }
    }
}
