import AgentMetrics

extension Fleet {
    /// What is wrong with users, folders and limits on a host.
    var hostFaults: [FleetFault] { userFaults + pathFaults + limitFaults + unitFaults + agentFaults }

    private var userFaults: [FleetFault] {
        let users = [("agents", installation.agentUser), ("services", installation.serviceUser)]
        let illegal: [FleetFault] = users.filter { !Self.isLegalUser($0.1) }
            .map { .illegalUser($0.1, of: $0.0, place: installation.place) }
        guard illegal.isEmpty, installation.agentUser == installation.serviceUser else { return illegal }
        return [.sharedUser(installation.agentUser, place: installation.place)]
    }

    private var pathFaults: [FleetFault] {
        let paths = [
            ("the installation's prefix", installation.prefix), ("the state folder", installation.stateFolder),
            ("the runtime folder", installation.runtimeFolder),
        ]
        let illegal: [FleetFault] = paths.filter { !Installation.isPlainPath($0.1) }
            .map { .illegalPath(name: $0.0, path: $0.1, place: installation.place) }
        guard illegal.isEmpty else { return illegal }
        let sockets = agentEndpoints.map(reportSocket)
        if let socket = sockets.first(where: { !Installation.isPlainPath($0) }) {
            return [.illegalPath(name: "the agent's socket", path: socket, place: data.place)]
        }
        return sockets.filter { $0.utf8.count > AgentLimits.socketPathBytes }
            .map { .socketPathTooLong($0, longest: AgentLimits.socketPathBytes, place: installation.place) }
    }

    private var limitFaults: [FleetFault] {
        let holders =
            [("the agents", agents.limits, agents.place)] + services.map { ("service \($0.name)", $0.limits, $0.place) }
        var faults: [FleetFault] = []
        for (holder, limits, place) in holders {
            // Below that the runtime does not come up.
            let checks = [
                ("the memory limit of \(holder)", limits.memory?.bytes ?? .max, 32 << 20, "at least 33554432 bytes"),
                ("the task limit of \(holder)", limits.tasks, 32, "at least 32"),
                ("the descriptor limit of \(holder)", limits.openFiles, 64, "at least 64"),
            ]
            faults += checks.filter { $0.1 < $0.2 }
                .map { .numberOutOfRange(name: $0.0, value: Double($0.1), range: $0.3, place: place) }
        }
        for service in services {
            let watched = thresholds[Threshold.memory].wholeValue
            guard let memory = service.limits.memory, memory.bytes <= watched else { continue }
            faults.append(
                .limitNotAboveThreshold(
                    service: service.name, limit: memory.bytes, threshold: watched, place: service.place))
        }
        return faults
    }

    /// A service's unit is named for it, as an agent's beside an instance is.
    private var unitFaults: [FleetFault] {
        guard agents.placement == .besideEachInstance else { return [] }
        return services.filter { $0.name == "agent" }
            .map { .repeatedName(kind: "unit", name: "apus-agent@", first: agents.place, place: $0.place) }
    }

    /// The agent of a host has a limit, so that a loop of restarts under new names does not fill its memory.
    private var agentFaults: [FleetFault] {
        let count = services.reduce(0) { $0 + $1.instances.count }
        guard agents.placement == .perHost, count > AgentLimits.instances else { return [] }
        return [
            .contradiction(
                "the agent of a host takes \(AgentLimits.instances) instances, and the fleet has \(count):"
                    + " place an agent beside each instance, or describe a fleet for each host", place: agents.place)
        ]
    }

    /// Whether a name is one that useradd(8) and systemd agree on, without upper case.
    private static func isLegalUser(_ name: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard let first = name.utf8.first, letters.contains(first) || first == UInt8(ascii: "_") else { return false }
        return name.utf8.count <= 31
            && name.utf8.allSatisfy { byte in
                letters.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }
}
