import ApusTopology

/// What the units of agents and services have in common.
struct ProcessUnit {
    let fleet: Fleet
    let description: String
    let command: ProcessCommand
    /// The executable is in its `bin`.
    let prefix: String
    /// Units that this one wants, and is started after.
    let after: [String]
    /// Units without which this one does not start, and after which it is started.
    var requires: [String] = []
    let user: String
    let limits: ResourceLimits
    /// The memory above which the kernel ends processes of the unit.
    let memory: ByteCount
    let sandbox: [UnitFile.Line]
    var context = UnitContext.fleet

    var contents: String {
        UnitFile(
            sections: [
                .init(name: "Unit", lines: unit), .init(name: "Service", lines: service),
                .init(name: "Install", lines: [.setting("WantedBy", context.serviceTarget)]),
            ], header: context.header
        ).contents
    }

    private var unit: [UnitFile.Line] {
        // An address of an interface can be bound to once that is configured.
        let network = fleet.isLocal ? "network.target" : "network-online.target"
        let wanted = (fleet.isLocal ? [] : [network]) + after
        return context.introduction(description) + wanted.map { .setting("Wants", $0) }
            + requires.map { .setting("Requires", $0) }
            + [
                .setting("After", ([network] + requires + after).joined(separator: " ")),
                .comment("A process that is needed is started again however often it fails."),
                .setting("StartLimitIntervalSec", "0"),
            ]
    }

    private var start: [UnitFile.Line] {
        guard let watchdog = command.watchdog else { return [.setting("Type", "exec")] }
        return [
            .comment("Started once the process says so."),
            .setting("Type", "notify"), .setting("WatchdogSec", watchdog.argument),
        ]
    }

    private var service: [UnitFile.Line] {
        start + [
            .setting("User", user), .setting("Group", fleet.installation.serviceUser),
        ]
            + command.environment.map { .setting("Environment", "\($0.name)=\($0.value)") }
            + [
                UnitFile.command(command.path ?? "\(prefix)/bin/\(command.executable)", command.options),
                .setting("Restart", "always"),
                .setting("RestartSec", "1s"),
                .comment("Options that are refused today are refused again."),
                .setting("RestartPreventExitStatus", "64"),
                .setting("TimeoutStopSec", command.stopGrace.argument),
                .setting("MemoryMax", "\(memory.bytes)"),
                .setting("TasksMax", "\(limits.tasks)"),
                .setting("LimitNOFILE", "\(limits.openFiles)"),
            ] + sandbox
    }
}
