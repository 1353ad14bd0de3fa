import ApusTopology

/// Settings of systemd.exec(5) and systemd.resource-control(5) that take from a process what it does not need.
enum Sandbox {
    /// What neither agents nor services need.
    ///
    /// - Parameters:
    ///   - writable: the only folder that they may write to, besides those that systemd makes for them; nil: none.
    ///   - isCompiled: whether they write no machine code while they run.
    static func common(writable: String?, isCompiled: Bool = true) -> [UnitFile.Line] {
        var lines: [UnitFile.Line] = [
            .setting("UMask", "0077"),
            .setting("NoNewPrivileges", "yes"),
            .setting("CapabilityBoundingSet", ""),
            .setting("AmbientCapabilities", ""),
            .setting("ProtectSystem", "strict"),
        ]
        if let writable { lines.append(.setting("ReadWritePaths", writable)) }
        lines += [
            .setting("ProtectHome", "yes"),
            .setting("PrivateTmp", "yes"),
            .setting("PrivateDevices", "yes"),
            .setting("PrivateMounts", "yes"),
            .setting("ProtectClock", "yes"),
            .setting("ProtectControlGroups", "yes"),
            .setting("ProtectHostname", "yes"),
            .setting("ProtectKernelLogs", "yes"),
            .setting("ProtectKernelModules", "yes"),
            .setting("ProtectKernelTunables", "yes"),
            .setting("LockPersonality", "yes"),
        ]
        if isCompiled { lines.append(.setting("MemoryDenyWriteExecute", "yes")) }
        return lines + [
            .comment("By netlink the kernel tells which user of the host a connection belongs to."),
            .setting("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
            .setting("RestrictNamespaces", "yes"),
            .setting("RestrictRealtime", "yes"),
            .setting("RestrictSUIDSGID", "yes"),
            .setting("RemoveIPC", "yes"),
            .setting("KeyringMode", "private"),
            .setting("SystemCallArchitectures", "native"),
            .setting("SystemCallFilter", "@system-service"),
            .setting("SystemCallFilter", "~@privileged @resources"),
            .comment("The runtime asks for priorities that no service has, and would log each refusal: let it believe."),
            .setting("SystemCallFilter", "~setpriority:0"),
            .setting("SystemCallErrorNumber", "EPERM"),
        ]
    }

    /// An agent reads /proc/PID of processes of other users, and /proc/stat; the files that it reads need no capability.
    static func agent(_ fleet: Fleet) -> [UnitFile.Line] {
        let processes: [UnitFile.Line] = [
            .comment("It reads /proc/stat, and /proc/PID of other users' processes."),
            .setting("ProtectProc", "default"),
            .setting("ProcSubset", "all"),
            .comment("In a user namespace it could not tell which user reports to it."),
            .setting("PrivateUsers", "no"),
            .comment("It answers also while others keep all processors busy; of what is free it takes little."),
            .setting("CPUWeight", "1000"),
        ]
        // Its sockets are opened by systemd, so that it makes no file but in its StateDirectory.
        return common(writable: nil) + processes + (fleet.isLocal ? traffic(of: fleet) : [])
    }

    /// A service sees no process but its own; the runtimes of other languages size themselves by what /proc says of the host.
    static func service(_ fleet: Fleet, _ service: FleetService) -> [UnitFile.Line] {
        common(writable: fleet.installation.stateFolder, isCompiled: service.runtime.isCompiled) + [
            .setting("ProtectProc", "invisible"),
            .setting("ProcSubset", service.runtime.isCompiled ? "pid" : "all"),
            .setting("PrivateUsers", "yes"),
        ] + weight(service.role)
    }

    private static func weight(_ role: ServiceRole) -> [UnitFile.Line] {
        switch role {
        case .api:
            [
                .comment("Its clients wait for an answer; what workers do can be done a moment later."),
                .setting("CPUWeight", "500"),
            ]
        case .worker: []
        }
    }

    /// Who listens on a loopback address only has no other traffic than what its probes ask.
    private static func traffic(of fleet: Fleet) -> [UnitFile.Line] {
        let hosts = fleet.probedHosts
        let names = hosts.filter(\.isName).map(\.host)
        // A name may lead to another address tomorrow, and its server of names is anywhere.
        guard names.isEmpty else {
            return [
                .comment("Probes ask by names, whose addresses nobody knows here: \(names.joined(separator: " "))."),
                .comment("With addresses for them it would be kept from all others (IPAddressDeny=any)."),
            ]
        }
        let allowed: [UnitFile.Line] =
            hosts.isEmpty
            ? []
            : [
                .comment("What its probes ask."), .setting("IPAddressAllow", hosts.map(\.host).joined(separator: " ")),
            ]
        return localTraffic + allowed
    }

    /// Who listens on a loopback address only has no other traffic.
    static let localTraffic: [UnitFile.Line] = [
        .setting("IPAddressDeny", "any"),
        .setting("IPAddressAllow", "localhost"),
    ]
}
