import ApusText

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
    /// The time of each interval that an agent may take to find out whose the machine's sockets are; nil to leave sockets alone.
    public let socketBudget: Duration?
    public let place: SourcePlace

    /// - Parameters:
    ///   - socketBudget: of each sampling interval, a tenth of that at most. Queues of connections have an alert and panels then.
    public init(
        _ placement: AgentPlacement = .perHost, port: Int = 9480, reportPort: Int = 4318,
        samplingInterval: Duration = .seconds(15),
        limits: ResourceLimits = .agent, socketBudget: Duration? = nil, fileID: String = #fileID, line: Int = #line
    ) {
        self.placement = placement
        self.port = port
        self.reportPort = reportPort
        self.samplingInterval = samplingInterval
        self.limits = limits
        self.socketBudget = socketBudget
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
    /// Finds a time for sockets that no agent takes.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        let range = Duration.milliseconds(1)...max(.milliseconds(1), samplingInterval / 10)
        guard let socketBudget, !range.contains(socketBudget) || DurationText.milliseconds(socketBudget) == nil else {
            return []
        }
        return [.durationOutOfRange(name: "the agents' time for sockets", value: socketBudget, range: range, place: place)]
    }

    /// The scrape job of all agents, and so the label `job` of everything they serve.
    package static let job = "apus-agent"
}
