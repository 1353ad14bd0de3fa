import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
public import ApusTopology

extension Threshold {
    /// The time since the last report over HTTP of an instance, which an agent takes for ended three minutes after it.
    public static let reportAge = ThresholdKey.duration("reportAge", .seconds(60), .high, "age of a report over HTTP")
    /// The number of starts of one instance within the time that the alert TooManyRestarts looks back.
    public static let restarts = ThresholdKey.count(
        "restarts", 3, .high, "starts within \(DurationText.string(InstanceAlerts.restartWindow))")
}

extension AlertName {
    /// An instance is down or unseen.
    public static let instanceDown = ofSomeFleets("InstanceDown")
    /// Nothing is heard of any instance of a service.
    public static let serviceAbsent = ofSomeFleets("ServiceAbsent")
    /// A process lives but does nothing.
    public static let serviceHung = ofSomeFleets("ServiceHung")
    static let tooManyRestarts = ofSomeFleets("TooManyRestarts")
    static let processGone = ofSomeFleets("ProcessGone")
    static let reportsCease = ofSomeFleets("ReportsCease")
}

/// Whether instances run, and keep running.
struct InstanceAlerts {
    let fleet: Fleet

    var all: [Alert] {
        [instanceDown] + serviceAbsent + (fleet.reportsBySegment ? [serviceHung] : []) + (groups.isEmpty ? [] : [processGone])
            + (reporters.isEmpty ? [] : [reportsCease]) + [tooManyRestarts]
    }

    /// The services whose instances the fleet names. Whatever has its name from a command or a container may end as it likes.
    var expected: [FleetService] { fleet.services.filter { $0.found?.instanceTemplate == nil } }

    /// The expected services that report over HTTP.
    private var reporters: [FleetService] { expected.filter(\.reports.isOverHTTP) }

    /// The expected services of which an agent sees the processes.
    private var groups: [FleetService] {
        let names = Set(expected.map(\.name))
        return fleet.groupedServices.filter { names.contains($0.name) }
    }

    private let agent = ScrapeMetrics.up.series.matching(.job, Agents.job)

    private var instanceDown: Alert {
        let unseen = agent.value == 0
        let down = expected.isEmpty ? unseen : (ServiceState.up.series.of(expected).value == 0).or(unseen)
        return Alert(
            .instanceDown, when: down, keepFiring: fleet.keepFiring, severity: .critical,
            summary: "An instance is down or unseen.",
            description: """
                \(.instance) of service \(.service) does not run, does not report to its agent, \
                or its agent cannot be scraped.
                """,
            runbook: Runbook(
                meaning: "A process that is expected does not run or does not report, or an agent does not answer Prometheus.",
                impact: "The service has less capacity; when the agent is gone, nobody sees what its instances do.",
                queries: [
                    .init("All instances that are known, 1 for those that run", ServiceState.up.series.value),
                    .init("The agents, 1 for those that answer", agent.value),
                ],
                actions: [
                    "Ask the agent what it knows: `curl -s http://AGENT/targets` and `curl -s http://AGENT/health`.",
                    "Read the end of the log: `journalctl -u apus-SERVICE@INSTANCE -n 100`.",
                    "Start it again: `systemctl restart apus-SERVICE@INSTANCE`; the agent: `systemctl restart apus-agent`.",
                ]),
            inputs: expected.map {
                AlertInput(ServiceState.up, [.service: $0.name, .instance: "dead"], .level(quiet: 1, bad: 0))
            } + [
                // Nobody has said that it has to be there.
                AlertInput(ServiceState.up, [.service: "another", .instance: "ended"], .constant(0)),
                AlertInput(
                    ScrapeMetrics.up, [.job: Agents.job, .service: "a", .instance: "unseen"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: "other", .service: "a", .instance: "other"], .constant(0)),
            ])
    }

    /// One arm a service, so that it grows with services and not with instances: an agent that lives serves 0 for an instance that it
    /// expects.
    ///
    /// Services whose instances a command or a container names are not asked for: a script that has ended is of no group for long.
    private var serviceAbsent: [Alert] {
        let arms = expected.map { ServiceState.up.series.matching(.service, $0.name).absent }
        guard let first = arms.first else { return [] }
        return [
            Alert(
                .serviceAbsent, when: arms.dropFirst().reduce(first) { $0.or($1) }, severity: .critical,
                summary: "Nothing is heard of a service.",
                description: "No agent serves anything about any instance of service \(.service).",
                runbook: Runbook(
                    meaning:
                        "Prometheus has no series of any instance of the service: no agent watches it, or no agent is scraped.",
                    impact: "Whether the service runs is unknown, and no other alert about it can fire.",
                    queries: [.init("Which agents answer", agent.value)],
                    actions: [
                        "Look at Prometheus' page Status → Targets for the job `\(Agents.job)`.",
                        "Look on the service's host whether its agent runs: `systemctl status 'apus-agent*'`.",
                        "Look whether the agent expects the service: `curl -s http://AGENT/targets`.",
                    ]),
                inputs: expected.map {
                    AlertInput(ServiceState.up, [.service: $0.name, .instance: "one"], .level(quiet: 1, bad: nil))
                })
        ]
    }

    private var serviceHung: Alert {
        Alert(
            .serviceHung, when: ServiceState.hung.series.value > 0, severity: .critical,
            summary: "A process lives but does nothing.",
            description: """
                \(.instance) of service \(.service) runs, but gives no sign of life, or one of its executors runs nothing; \
                /health of its agent says which. A restart frees what it holds.
                """,
            runbook: Runbook(
                meaning: "The process is there, but its reporter or one of its executors has stood still for long.",
                impact: "Its requests wait, and its work stays leased until the leases expire.",
                queries: [
                    .init("Time without a sign of life", ServiceState.heartbeatAge.series.value),
                    .init("How late its executors run what they are given", Scheduling.lag.series.value),
                ],
                actions: [
                    "Ask the agent which executor stands still: `curl -s http://AGENT/health`.",
                    "Keep a picture of the threads before the restart: `gdb -p PID -batch -ex 'thread apply all bt'`.",
                    "Restart it: `systemctl restart apus-SERVICE@INSTANCE`.",
                ]))
    }

    /// An agent believes a report for three minutes: who reported and was killed counts as up until then. So does a group of which
    /// nothing but a zombie is left.
    ///
    /// A group whose processes find no room in the agent has no state there, and lives.
    private var processGone: Alert {
        let living = ServiceProcesses.processes.series.of(groups).matching(
            .label(.state), .differs, ProcessState.zombie.rawValue)
        let unwatched = ServiceProcesses.unwatched.series.value > 0
        return Alert(
            .processGone,
            when: (living.value.sum(perTarget: .service, .instance) < 1).on(.service, .instance).unless(unwatched),
            severity: .critical,
            summary: "A service has no living process.",
            description: "No process of \(.instance) of service \(.service) lives on the host of its agent.",
            runbook: Runbook(
                meaning: """
                    The group of the instance matches no process, or only such as have ended (zombies), whatever its last report says.
                    """,
                impact:
                    "The service has less capacity; or what it takes is unknown, as its processes are looked for in the wrong place.",
                queries: [
                    .init("Processes by state", ServiceProcesses.processes.series.value),
                    .init("Processes that the agent has no room for", ServiceProcesses.unwatched.series.value),
                ],
                actions: [
                    "Look what the agent's groups match: `apus-agent check-config --processes /etc/apus/agent.yaml`, as its user.",
                    "Read the end of the service's log: `journalctl -u apus-SERVICE@INSTANCE -n 100`.",
                    "Start it again: `systemctl restart apus-SERVICE@INSTANCE`.",
                ]),
            inputs: groups.flatMap {
                [
                    AlertInput(
                        ServiceProcesses.processes, [.service: $0.name, .instance: "one", .label(.state): "sleeping"],
                        .level(quiet: 0.5006, bad: 0.4994)),
                    AlertInput(
                        ServiceProcesses.processes, [.service: $0.name, .instance: "one", .label(.state): "running"],
                        .constant(0.5)),
                    AlertInput(
                        ServiceProcesses.processes,
                        [.service: $0.name, .instance: "one", .label(.state): ProcessState.zombie.rawValue], .constant(1)),
                    AlertInput(ServiceProcesses.unwatched, [.service: $0.name, .instance: "one"], .constant(0)),
                    // It has processes, for none of which there is room.
                    AlertInput(
                        ServiceProcesses.processes, [.service: $0.name, .instance: "unwatched", .label(.state): "sleeping"],
                        .constant(0)),
                    AlertInput(ServiceProcesses.unwatched, [.service: $0.name, .instance: "unwatched"], .constant(1)),
                ]
            } + [
                AlertInput(
                    ServiceProcesses.processes, [.service: "another", .instance: "two", .label(.state): "sleeping"],
                    .constant(0))
            ])
    }

    /// What is seen before the agent takes the instance for ended, and so says which of both it was.
    var reportsCease: Alert {
        let limit = fleet.thresholds[Threshold.reportAge]
        return Alert(
            .reportsCease, when: ServiceState.reportAge.series.of(reporters).value, above: limit,
            // The agent takes it for ended soon after.
            for: max(min(fleet.alerting.hold, .seconds(60)), fleet.scraping.evaluationInterval * 2),
            summary: "A service has ceased to report.",
            description: """
                \(.instance) of service \(.service) has sent no report for \(value: .decimals(0)) s; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The last report of the instance over HTTP is older than `Thresholds.reportAge`.",
                impact: "What it counts is unknown; three minutes after its last report it counts as down.",
                queries: [
                    .init("Age of the last report", ServiceState.reportAge.series.value),
                    .init("Reports per second", ServiceState.reports.series.rate(over: fleet.rateWindow)),
                    .init("Reports per second that agents refused", Agent.refusals.series.rate(over: fleet.rateWindow)),
                ],
                actions: [
                    "Read the service's log: an exporter says there why its reports are refused, or that nobody answers.",
                    "Read the agent's log: `journalctl -u apus-agent -n 100` names what it refuses, and why.",
                    "If the process runs and does nothing, restart it: `systemctl restart apus-SERVICE@INSTANCE`.",
                ]),
            inputs: reporters.map {
                AlertInput(
                    ServiceState.reportAge, [.service: $0.name, .instance: "one"],
                    .level(quiet: limit.value, bad: limit.value * 1.0006))
            } + [
                AlertInput(
                    ServiceState.reportAge, [.service: "another", .instance: "two"], .constant(limit.value * 2))
            ])
    }
}
