import AgentMetrics
import ApusTopology

/// The sockets that systemd opens on behalf of the agents: they listen while an agent restarts, so that nobody is refused.
extension AgentUnits {
    /// In order of the instances.
    var socketNames: [String] { names.map(socketName) }

    /// The socket unit of an agent's service.
    func socketName(of service: String) -> String { "\(service.dropLast(".service".count)).socket" }

    var socketFiles: [SystemdFile] {
        let template = socketName(of: name(beside: ""))
        switch fleet.agents.placement {
        case .perHost:
            let address = fleet.agentEndpoints.first.flatMap(numericAddress)
            return [socketUnit(template, "Sockets of the Apus agent\(fleetPhrase)", stream: address)]
        case .besideEachInstance:
            let addresses = fleet.agentEndpoints.flatMap { endpoint in
                endpoint.instances.compactMap { instance in
                    numericAddress(endpoint).map { address in
                        SystemdFile(
                            .unit, "\(socketName(of: name(beside: instance.instance))).d/50-fleet.conf",
                            UnitFile(sections: [.init(name: "Socket", lines: [.setting("ListenStream", address)])]).contents)
                    }
                }
            }
            return [socketUnit(template, "Sockets of the Apus agent beside %i of the fleet \(fleet.name)", stream: nil)]
                + addresses
        }
    }

    private func socketUnit(_ name: String, _ description: String, stream: String?) -> SystemdFile {
        let streams = (stream.map { [UnitFile.Line.setting("ListenStream", $0)] } ?? [])
        let sockets =
            streams + [
                .setting("ListenSequentialPacket", socket(beside: "%i")),
                .setting("SocketUser", fleet.installation.agentUser),
                .setting("SocketGroup", fleet.installation.serviceUser),
                .comment("Owner and group may report."),
                .setting("SocketMode", "0660"),
                .setting("RemoveOnStop", "yes"),
            ]
        // What the service may be reached from does not hold for the sockets that it is given.
        let traffic =
            fleet.isLocal
            ? Sandbox.localTraffic
            : [.comment("The interface may get its address later."), .setting("FreeBind", "yes")]
        let unit = UnitFile(
            sections: [
                .init(name: "Unit", lines: context.introduction(description)),
                .init(name: "Socket", lines: sockets + traffic),
                .init(name: "Install", lines: [.setting("WantedBy", context.socketTarget)]),
            ], header: context.header)
        return SystemdFile(.unit, name, unit.contents)
    }

    /// systemd takes numbers only; an agent whose host has a name binds to that itself.
    private func numericAddress(_ endpoint: AgentEndpoint) -> String? {
        if endpoint.host == "localhost" { return "127.0.0.1:\(endpoint.port)" }
        let parts = endpoint.host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } ? endpoint.address : nil
    }

    /// Half of the descriptors that the agent may have open: it takes all of them at its start. A number that follows from the
    /// instances would change the unit with each of them.
    var storedDescriptors: Int { fleet.agents.limits.openFiles / 2 }

    /// The file of the one agent that expects several instances, and may come to expect others.
    static let expectationsPath = "/etc/apus/agent.expect"

    /// One SERVICE/INSTANCE a line; none beside each instance, where an agent expects that one by its options.
    var expectationFiles: [SystemdFile] {
        guard fleet.agents.placement == .perHost else { return [] }
        let lines = fleet.agentEndpoints.flatMap(\.expected).map { "\($0)\n" }.joined()
        return [
            SystemdFile(
                .agentSettings, "agent.expect",
                UnitFile.header + "# Instances that are served as down while they do not report; systemctl reload apus-agent\n"
                    + lines)
        ]
    }

    /// The groups of processes that the one agent watches, and what it probes; none where every service reports by a segment and nothing is
    /// probed.
    var watchFiles: [SystemdFile] {
        get throws {
            guard fleet.hasAgentFile else { return [] }
            let file = try AgentWatchFile.systemd(fleet)
            return [SystemdFile(.agentSettings, AgentWatchFile.name, try file.contents, origins: file.origins)]
        }
    }
}
