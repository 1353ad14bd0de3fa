import ApusPromQL
import ApusText
import ApusTopology

/// What the units of agents and services have in common.
struct ProcessUnit {
    let fleet: Fleet
    let description: String
    /// Started again when it gives no sign of life for this time.
    let watchdog: Duration
    /// Units that this one wants, and is started after.
    let after: [String]
    /// Units without which this one does not start, and after which it is started.
    var requires: [String] = []
    let user: String
    let environment: [(name: String, value: String)]
    /// With the path of the executable first.
    let command: UnitFile.Line
    let limits: ResourceLimits
    /// How long a stop may take before the process is killed.
    let stopGrace: Duration
    let sandbox: [UnitFile.Line]

    var contents: String {
        UnitFile(sections: [
            .init(name: "Unit", lines: unit), .init(name: "Service", lines: service),
            .init(name: "Install", lines: [.setting("WantedBy", FleetTarget.name)]),
        ]).contents
    }

    private var unit: [UnitFile.Line] {
        // An address of an interface can be bound to once that is configured.
        let network = fleet.isLocal ? "network.target" : "network-online.target"
        let wanted = (fleet.isLocal ? [] : [network]) + after
        return [
            .setting("Description", description),
            .setting("PartOf", FleetTarget.name),
        ] + wanted.map { .setting("Wants", $0) }
            + requires.map { .setting("Requires", $0) }
            + [
                .setting("After", ([network] + requires + after).joined(separator: " ")),
                .comment("A process that is needed is started again however often it fails."),
                .setting("StartLimitIntervalSec", "0"),
            ]
    }

    private var service: [UnitFile.Line] {
        [
            .comment("Started once the process says so."),
            .setting("Type", "notify"), .setting("WatchdogSec", ArgumentText.duration(watchdog)),
            .setting("User", user), .setting("Group", fleet.installation.serviceUser),
        ]
            + environment.map { .setting("Environment", "\($0.name)=\($0.value)") }
            + [
                command,
                .setting("Restart", "always"),
                .setting("RestartSec", "1s"),
                .comment("Options that are refused today are refused again."),
                .setting("RestartPreventExitStatus", "64"),
                .setting("TimeoutStopSec", ArgumentText.duration(stopGrace)),
                .setting("MemoryMax", "\(fleet.memoryLimit(limits).bytes)"),
                .setting("TasksMax", "\(limits.tasks)"),
                .setting("LimitNOFILE", "\(limits.openFiles)"),
            ] + sandbox
    }
}

/// Values as the executables' command lines take them.
enum ArgumentText {
    /// A whole number and one unit, such as `90s`; a count of milliseconds past a million is cut to seconds.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = DurationText.milliseconds(duration) ?? 0
        for (size, unit) in [(3_600_000, "h"), (60_000, "m"), (1000, "s")] as [(Int64, String)]
        where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return milliseconds > 1_000_000 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
