/// Where the agents stand and how often they sample.
public struct Agents: FleetPart {
    public let placement: AgentPlacement
    /// The port of a host's one agent with ``AgentPlacement/perHost``; unused beside each instance.
    public let port: Int
    /// The port at which the agent takes reports over HTTP, on the loopback; unused without a service that sends any.
    public let reportPort: Int
    /// The time between two turns of an agent's sampling loop.
    public let samplingInterval: Duration
    /// The most that each agent may take from its host.
    public let limits: ResourceLimits
    public let place: SourcePlace

    public init(
        _ placement: AgentPlacement = .perHost, port: Int = 9480, reportPort: Int = 4318,
        samplingInterval: Duration = .seconds(15),
        limits: ResourceLimits = .agent, fileID: String = #fileID, line: Int = #line
    ) {
        self.placement = placement
        self.port = port
        self.reportPort = reportPort
        self.samplingInterval = samplingInterval
        self.limits = limits
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// Whether one agent watches a host's instances or each instance has its own; the raw values are those of the command line.
public enum AgentPlacement: String, CaseIterable, Hashable, Sendable {
    /// One agent watches all instances.
    case perHost = "per-host"
    /// Each instance has an agent, at the instance's metrics port.
    case besideEachInstance = "beside"
}

extension Agents {
    /// The scrape job of all agents, and so the label `job` of everything they serve.
    package static let job = "apus-agent"
}
