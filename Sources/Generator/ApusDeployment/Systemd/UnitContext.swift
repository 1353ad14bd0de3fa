import AgentMetrics
import ApusTopology

/// Whose a unit is: what starts and stops it with others, and what its file says of itself.
struct UnitContext {
    /// Stopped and restarted with this target; nil of one that stands alone.
    let partOf: String?
    /// The target whose start starts a service.
    let serviceTarget: String
    /// The target whose start opens a socket.
    let socketTarget: String
    /// What explains the unit to who asks `systemctl status` (systemd.unit(5), `Documentation=`).
    let documentation: String?
    /// The memory for processes of probes that a file may name which no fleet knows.
    let probes: ByteCount
    /// At the top of every file that systemd reads.
    let header: String

    /// The context of the units of a fleet, which start and stop as one.
    static let fleet = UnitContext(
        partOf: FleetTarget.name, serviceTarget: FleetTarget.name, socketTarget: FleetTarget.name, documentation: nil,
        probes: .bytes(0),
        header: UnitFile.header)

    /// The context of a unit of a package, for a host that has no fleet.
    static let package = UnitContext(
        partOf: nil, serviceTarget: "multi-user.target", socketTarget: "sockets.target",
        documentation: "man:\(ProcessCommand.agentExecutable)(8)",
        probes: .bytes(ProbeBounds.processes * ProbeBounds.processMemory),
        header: """
            # Of the package \(ProcessCommand.agentExecutable): what is to differ on a host goes into /etc (see \(ProcessCommand.agentExecutable)(8)).


            """)

    /// The settings by which a unit is introduced.
    func introduction(_ description: String) -> [UnitFile.Line] {
        [.setting("Description", description)] + (documentation.map { [.setting("Documentation", $0)] } ?? [])
            + (partOf.map { [.setting("PartOf", $0)] } ?? [])
    }
}
