package import AgentMetrics
public import ApusTopology

/// The command lines of agents.
extension ProcessCommand {
    package static let agentExecutable = "apus-agent"

    /// - Parameters:
    ///   - units: units of the host that it watches.
    ///   - watchPath: the file that names the groups of processes that it watches; nil for none.
    ///   - reports: where it takes reports over HTTP; nil for nowhere.
    ///   - expectations: which instances it expects, as options.
    ///   - more: what only this placement has.
    private init(
        agent name: String, of fleet: Fleet, listen: String, socket: String, units: [String] = [], watchPath: String? = nil,
        reports: String? = nil, expectations: [[String]], more: [[String]], url: String
    ) {
        self.name = name
        executable = Self.agentExecutable
        path = nil
        let places = [("--report-listen", reports), ("--config", watchPath)].compactMap { option, value in
            value.map { [option, $0] }
        }
        options =
            [["--listen", listen], ["--socket", socket]] + places + units.map { ["--watch-unit", $0] }
            // After the units, so that one unit more is one line more.
            + [["--interval", fleet.agents.samplingInterval.argument]]
            + (fleet.agents.socketBudget.map { [["--socket-budget", $0.argument]] } ?? []) + expectations + more
        environment = []
        stopGrace = AgentLimits.stopGrace
        // A turn of the sampling loop may take half of it.
        watchdog = max(.seconds(30), fleet.agents.samplingInterval * 4)
        readiness = .answers(url: url)
    }

    private static func expecting(_ instances: [String]) -> [[String]] { instances.map { ["--expect", $0] } }

    /// An agent as a child of a process that runs the whole fleet.
    ///
    /// - Parameters:
    ///   - folder: of the agents' sockets, and of their file of groups.
    ///   - hasLifeline: whether it ends with the pipe that is its standard input.
    public static func child(agent: AgentEndpoint, in fleet: Fleet, folder: String, hasLifeline: Bool = true) -> Self {
        Self(
            agent: agent.name, of: fleet, listen: agent.address, socket: "\(folder)/\(agent.socketName)",
            watchPath: fleet.watchPath(in: folder), reports: fleet.reportAddress,
            expectations: expecting(agent.expected.map(\.description)), more: hasLifeline ? [["--lifeline"]] : [],
            url: "http://\(agent.address)/health")
    }

    /// The agent of a host as a unit, which expects the instances that a file names.
    package static func unit(
        agent: AgentEndpoint, in fleet: Fleet, socket: String, units: [String], expectationsPath: String
    ) -> Self {
        Self(
            agent: agent.name, of: fleet, listen: agent.address, socket: socket, units: units,
            watchPath: fleet.watchPath(in: AgentWatchFile.folder), reports: fleet.reportAddress,
            expectations: [["--expect-file", expectationsPath]], more: [], url: "http://\(agent.address)/health")
    }

    /// The agent of a host that has no fleet as a unit.
    ///
    /// - Parameters:
    ///   - watchPath: the file that names the groups of processes that it watches.
    ///   - arguments: the variable that has more options; each of these takes the place of the same one before it.
    package static func unit(agent: AgentEndpoint, in fleet: Fleet, socket: String, watchPath: String, arguments: String)
        -> Self
    {
        Self(
            agent: agent.name, of: fleet, listen: agent.address, socket: socket, watchPath: watchPath, expectations: [],
            more: [["$\(arguments)"]], url: "http://\(agent.address)/health")
    }

    /// The template of agents beside instances: what only one has is in variables, as ``settings(of:unit:)`` gives them.
    package static func agentTemplate(in fleet: Fleet, socket: String) -> Self {
        Self(
            agent: "%i", of: fleet, listen: "${APUS_LISTEN}", socket: socket, units: ["${APUS_UNIT}"],
            expectations: expecting(["${APUS_EXPECT}"]),
            // An agent beside an instance counts the journal of its unit; that of a host counts the whole one.
            more: [["--journal", "units"], ["--journal-unit", "${APUS_UNIT}"]], url: "http://${APUS_LISTEN}/health")
    }

    /// The variables of an agent beside an instance.
    package static func settings(of agent: AgentEndpoint, expecting instance: InstanceIdentity, unit: String) -> [Variable] {
        [
            Variable(name: "APUS_LISTEN", value: agent.address), Variable(name: "APUS_EXPECT", value: instance.description),
            Variable(name: "APUS_UNIT", value: unit),
        ]
    }

    /// An agent in a container, which has neither a journal nor systemd.
    ///
    /// - Parameters:
    ///   - socket: the file name of its report socket.
    ///   - watchPath: the file that names the groups of processes that it watches; nil for none.
    ///   - reportHost: the address at which it takes reports over HTTP; nil for nowhere.
    ///   - instances: their names, or what the runtime replaces by those.
    package static func container(
        agent name: String, in fleet: Fleet, port: Int, socket: String, watchPath: String? = nil, reportHost: String? = nil,
        expecting instances: [String]
    ) -> Self {
        Self(
            agent: name, of: fleet, listen: "0.0.0.0:\(port)", socket: fleet.reportSocket(named: socket),
            watchPath: watchPath, reports: reportHost.map { "\($0):\(fleet.agents.reportPort)" },
            expectations: expecting(instances), more: [["--journal", "off"], ["--log", "json"]],
            url: "http://127.0.0.1:\(port)/health")
    }

    /// The agent in a pod, beside an instance of a service.
    ///
    /// - Parameter instance: its name, or what the runtime replaces by that.
    package static func podAgent(in fleet: Fleet, beside instance: String, of service: FleetService) -> Self {
        container(
            agent: "agent", in: fleet, port: fleet.agents.port, socket: fleet.data.agentSocket(of: nil),
            watchPath: service.isWatched ? "\(AgentWatchFile.folder)/\(AgentWatchFile.podFile(of: instance))" : nil,
            reportHost: service.reports.isOverHTTP ? "127.0.0.1" : nil,
            expecting: service.reports == .nothing ? [] : ["\(service.name)/\(instance)"])
    }

    /// What the agent's image runs when nobody gives it a command: an agent that expects no instance.
    package static func agentImage(of fleet: Fleet) -> Self {
        container(agent: "agent", in: fleet, port: fleet.agents.port, socket: fleet.data.agentSocket(of: nil), expecting: [])
    }
}

extension Fleet {
    /// The agent's file of groups and probes in a folder; nil where the agent watches only who reports by a segment.
    fileprivate func watchPath(in folder: String) -> String? {
        hasAgentFile ? "\(folder)/\(AgentWatchFile.name)" : nil
    }

    /// Where the agent of the host takes reports over HTTP; nil when no service sends any.
    fileprivate var reportAddress: String? { reportEndpoint.map(FleetNetwork.host.address) }
}
