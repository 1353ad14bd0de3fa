import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
public import ApusTopology
import ExporterCatalog

extension Threshold {
    /// The number of turns of an agent's sampling loop without a sample.
    public static let missedSamples = ThresholdKey.count("missedSamples", 4, .medium, "samples missed by an agent")
    /// The age of the newest entry of the journal that an agent has counted.
    public static let journalLag = ThresholdKey.duration("journalLag", .seconds(60), .low, "delay of the journal")
}

extension AlertName {
    static let seriesDropped = ofSomeFleets("SeriesDropped")
}

/// Whether what watches the fleet can be trusted: agents, Prometheus, Alertmanager.
struct MonitoringAlerts {
    let fleet: Fleet

    var all: [Alert] {
        [samplingBehind, sourceFailing, agentConfigurationRejected, reportsRefused, familyRefused]
            + (fleet.reportsBySegment ? [seriesDropped] : [])
            + [scrapesRejected]
            + AgentReachAlerts(fleet: fleet).all
            + (fleet.isUnderSystemd ? [journalUnread, journalBehind, busBreakerOpen] : [])
            + [prometheusConfigurationRejected, rulesFailing] + (fleet.declaresRouting ? [alertsNotSent] : [])
            + (fleet.remoteWrites ? [remoteWriteFailing] : [])
            + (!fleet.declaresRouting ? [] : [alertmanagerConfigurationRejected, notificationsFailing])
    }

    private var window: RateWindow { fleet.rateWindow }

    // MARK: - Agents

    var samplingBehind: Alert {
        Alert(
            "AgentSamplingBehind", when: Agent.sampleAge.series.value, above: fleet.oldestSample,
            summary: "An agent's figures are old.",
            description: """
                The agent \(.instance) has sampled nothing for \(value: .duration); it should every \
                \(text: DurationText.string(fleet.agents.samplingInterval)).
                """,
            runbook: Runbook(
                meaning: "The agent's sampling loop is stuck or starved; what it says of CPU, memory and units is old.",
                impact: "Alerts on these figures come late or not at all.",
                queries: [
                    .init("Late turns per second", Agent.lateSamples.series.rate(over: window)),
                    .init("CPU of the agent", AgentProcess.cpu.series.rate(over: window)),
                ],
                actions: [
                    "Look whether the host has CPU left: `uptime`, and the alerts of the host.",
                    "Restart the agent: `systemctl restart apus-agent`; no count is lost.",
                ]))
    }

    /// The journal and systemd have alerts of their own.
    private var sourceFailing: Alert {
        func up(_ source: String, _ course: InputCourse) -> AlertInput {
            AlertInput(AgentSources.up, [.service: "w", .instance: "w-1", .label(.source): source], course)
        }
        return Alert(
            "AgentSourceFailing",
            when: AgentSources.up.series.matching(.label(.source), .matchesNot, "journal.*|units").value == 0, severity: .low,
            summary: "An agent cannot read something that it did read.",
            description: "The agent \(.instance) cannot read its source \(.label(.source)) of one process at least.",
            runbook: Runbook(
                meaning: "The kernel refuses a file, or the agent has no descriptor left to open it with.",
                impact: "What the source said last is served for five minutes, and then nothing; alerts on it are silent.",
                queries: [.init("Age of what is served, by source", AgentSources.age.series.value)],
                actions: [
                    "Read of which process and why, permissions at info: `journalctl -u 'apus-agent*' -p info -n 50`.",
                    "Leave the source out where it cannot be had: `apus-agent --no-source NAME`.",
                ]),
            inputs: [up("stat", .level(quiet: 1, bad: 0)), up("journal", .constant(0)), up("units", .constant(0))])
    }

    private var agentConfigurationRejected: Alert {
        Alert(
            "AgentConfigurationRejected", when: Agent.configurationTaken.series.value == 0, severity: .high,
            summary: "An agent has refused its files.",
            description: "The agent \(.instance) watches on what its files named before the last reload.",
            runbook: Runbook(
                meaning:
                    "The last reload failed, because of a fault in the file of what is watched or in that of expected instances.",
                impact: "What is new in them is not watched, and the next start of the agent fails.",
                queries: [.init("When they were taken in last", Agent.configurationTime.series.value)],
                actions: [
                    "Read the fault with its line: `journalctl -u 'apus-agent*' -p err -n 20`, or on its host "
                        + "`apus-agent check-config PATH`.",
                    "Mend the file, or generate it again, and reload: `systemctl reload apus-agent`.",
                ]))
    }

    private var reportsRefused: Alert {
        Alert(
            "AgentRefusesReports", anyOf: Agent.refusals.series, in: fleet, severity: .medium,
            summary: "An agent refuses what a process reports.",
            description: "The agent \(.instance) has refused reports, by reason \(.label(.reason)).",
            runbook: Runbook(
                meaning:
                    "A process reports with another version, a damaged segment, another one's name, or more than its share.",
                impact: "The figures of that process are missing.",
                queries: [.init("Refused reports per second by reason", Agent.refusals.series.rate(over: window))],
                actions: [
                    "Read which process and why: `journalctl -u 'apus-agent*' -p warning -n 50`."
                ]
                    + (fleet.reportsBySegment
                        ? [
                            "`segment` and `content` of a segment: the process was built with another version of the library: "
                                + "build it anew."
                        ] : [])
                    + (fleet.reportsOverHTTP
                        ? [
                            "`content` of a report over HTTP: its body is no report: the log says where in it; look at the "
                                + "exporter's version, encoding and format."
                        ] : [])
                    + [
                        "`limit`: one process or user reports under many names, or holds many connections: the log names its "
                            + "uid. Expected instances always have their place.",
                        "`name`: another process or user holds the name: give each process a name of its own, and say in "
                            + "`--expect-file` whose a name is.",
                        "`request`: a client asks for a path, type or name that the agent does not take reports at: the log names it "
                            + "and what to ask for.",
                        "`descriptors`: the agent has hardly any left: raise `LimitNOFILE=` of its unit, and look in the log "
                            + "for who holds them.",
                    ]))
    }

    private var familyRefused: Alert {
        Alert(
            "AgentFamilyRefused", when: ReportedFamilies.refused.series.value > 0, severity: .medium,
            summary: "A metric of a service is not served.",
            description: """
                The family \(.label(.family)) of \(.instance) of service \(.service) is not served: \(.label(.winner)) has its name.
                """,
            runbook: Runbook(
                meaning: """
                    Two services report the same name as different kinds, or as samples of one another; or the name belongs to the \
                    agent or is declared with another kind.
                    """,
                impact: "Panels and alerts on that metric are silent for the instance.",
                queries: [.init("Which families, and whose is served", ReportedFamilies.refused.series.value)],
                actions: [
                    "Read both kinds: `journalctl -u 'apus-agent*' -p err -n 50`.",
                    "Rename the metric in one of the services; a name that is declared keeps the kind of its declaration.",
                ]))
    }

    private var seriesDropped: Alert {
        Alert(
            .seriesDropped, anyOf: ServiceState.droppedSeries.series, in: fleet, severity: .low,
            summary: "A process asks for more series than it may have.",
            description: "\(.instance) of service \(.service) has asked for series past its limit; they are not recorded.",
            runbook: Runbook(
                meaning: "A label of some metric takes many values, so that the process reached its limit of series.",
                impact: "New label values are missing from panels and alerts.",
                queries: [
                    .init("Which families", ServiceState.droppedFamilySeries.series.increase(over: window)),
                    .init("Series of the process", ServiceState.series.series.value),
                ],
                actions: [
                    "Find the label in the family that the first query names, and bound its values: patterns instead of paths.",
                    "Raise the limit of the process only if the values are bounded.",
                ]))
    }

    private var scrapesRejected: Alert {
        Alert(
            "AgentScrapesRejected", anyOf: Agent.scrapesRejected.series, in: fleet, severity: .low,
            summary: "An agent is asked by too many at once.",
            description: "The agent \(.instance) has answered scrapes with 503, because too many were under way.",
            runbook: Runbook(
                meaning: "More clients scrape the agent at the same time than it allows.",
                impact: "Some of them have gaps.",
                queries: [.init("Scrapes per second", Agent.scrapes.series.rate(over: window))],
                actions: [
                    "See who asks: `ss -tn 'sport = :AGENT_PORT'` on the agent's host lists their addresses, "
                        + "`ss -tnp 'dport = :AGENT_PORT'` the processes of that host among them.",
                    "One Prometheus and its twin are enough: stop the others, or let them ask less often.",
                ]))
    }

    private var journalUnread: Alert {
        Alert(
            "JournalUnread", when: JournalFollowing.up.series.value == 0, severity: .medium,
            summary: "An agent cannot read the journal.",
            description: "The agent \(.instance) has no journal, or has not yet counted what was written before its start.",
            runbook: Runbook(
                meaning: "The agent may not open the journal, or it has no files.",
                impact: "Crashes, kills and errors that only the journal knows of raise no alert.",
                queries: [.init("When it last looked", JournalFollowing.age.series.value)],
                actions: [
                    "Look whether its user is in the group: `id apus-agent` must name `systemd-journal`.",
                    "Look whether there is a journal: `journalctl --header | head`.",
                ]))
    }

    var journalBehind: Alert {
        Alert(
            "JournalBehind", when: JournalFollowing.lag.series.value, above: fleet.thresholds[Threshold.journalLag],
            summary: "An agent counts the journal with delay.",
            description: "The newest entry that the agent \(.instance) has counted is \(value: .duration) old.",
            runbook: Runbook(
                meaning: "More is written into the journal than the agent counts.",
                impact: "Alerts on the journal come late.",
                queries: [
                    .init("Entries per second by unit", Journal.messages.series.rate(over: window).sum(by: .label(.unit)))
                ],
                actions: [
                    "Find the unit that writes so much, by the query, and lower its level of logging.",
                    "Count only some units: `--journal units --journal-unit UNIT`.",
                ]))
    }

    private var busBreakerOpen: Alert {
        Alert(
            "SystemdUnreachable", when: Units.busBreakerOpen.series.value > 0, severity: .medium,
            summary: "An agent cannot ask systemd.",
            description: "The agent \(.instance) has failed so often to reach systemd on the bus that it tries in pauses only.",
            runbook: Runbook(
                meaning: "The system bus or systemd does not answer the agent.",
                impact: "States of units are old; a failed unit raises no alert.",
                queries: [.init("Failures per second by reason", Units.busErrors.series.rate(over: window))],
                actions: [
                    "Look whether systemd answers: `systemctl status`.",
                    "Look whether the bus runs: `systemctl status dbus`.",
                ]))
    }

    // MARK: - Prometheus and Alertmanager

    private var prometheusConfigurationRejected: Alert {
        Alert(
            "PrometheusConfigurationRejected", when: PrometheusServer.Configuration.loaded.series.value == 0, severity: .high,
            summary: "Prometheus has refused its configuration.",
            description: "Prometheus at \(.instance) runs on with the configuration that it had before.",
            runbook: Runbook(
                meaning: "The last reload failed, because of a fault in the configuration or in a file of rules.",
                impact: "Changes have no effect, and the next restart fails.",
                queries: [.init("When it was loaded last", PrometheusServer.Configuration.loadTime.series.value)],
                actions: [
                    "See the fault: `promtool check config deploy/prometheus/prometheus.yml`.",
                    "Generate the files again, `apus generate`, and reload: `curl -X POST http://PROMETHEUS/-/reload`.",
                ]))
    }

    private var rulesFailing: Alert {
        Alert(
            "RulesFailing", anyOf: PrometheusServer.Rules.failures.series, in: fleet, severity: .high,
            summary: "Prometheus cannot evaluate a rule.",
            description: "Evaluations of rules in the group \(.label(.group)) fail.",
            runbook: Runbook(
                meaning: "An expression finds two series where it needs one, or runs into a limit of Prometheus.",
                impact: "The alerts of that group do not fire.",
                queries: [.init("Time of an evaluation", PrometheusServer.Rules.duration.series.value)],
                actions: ["Read why: Prometheus' page Status → Rules shows the error beside the rule."]))
    }

    private var alertsNotSent: Alert {
        Alert(
            "AlertsNotSent", anyOf: PrometheusServer.Notifications.dropped.series, in: fleet, severity: .critical,
            summary: "Prometheus loses alerts.",
            description: "Prometheus at \(.instance) drops alerts, because no Alertmanager takes them.",
            runbook: Runbook(
                meaning: "No Alertmanager is known, or none takes what Prometheus sends.",
                impact: "Nobody hears of any alert but those who look at Prometheus.",
                queries: [
                    .init("Alertmanagers that are known", PrometheusServer.Notifications.alertmanagers.series.value),
                    .init("Failed attempts per second", PrometheusServer.Notifications.errors.series.rate(over: window)),
                ],
                actions: [
                    "Look whether Alertmanager runs: `curl -s http://ALERTMANAGER/-/healthy`.",
                    "Look at the section `alerting` of prometheus.yml: the address must be Alertmanager's.",
                ]))
    }

    private var remoteWriteFailing: Alert {
        Alert(
            "RemoteWriteFailing", anyOf: PrometheusServer.RemoteWrite.failures.series, in: fleet, severity: .high,
            summary: "Samples do not reach the remote storage.",
            description: "Prometheus at \(.instance) gives up samples for \(.label(.url)).",
            runbook: Runbook(
                meaning: "The remote storage refuses samples for good.",
                impact: "The long-term storage has gaps.",
                queries: [.init("Samples that wait", PrometheusServer.RemoteWrite.pending.series.value)],
                actions: ["Read the answer of the storage in Prometheus' log, and its limits."]))
    }

    private var alertmanagerConfigurationRejected: Alert {
        Alert(
            "AlertmanagerConfigurationRejected", when: AlertmanagerServer.Configuration.loaded.series.value == 0,
            severity: .high, summary: "Alertmanager has refused its configuration.",
            description: "Alertmanager at \(.instance) runs on with the configuration that it had before.",
            runbook: Runbook(
                meaning: "The last reload failed.", impact: "Changes of routes and receivers have no effect.",
                queries: [.init("When it was loaded last", AlertmanagerServer.Configuration.loadTime.series.value)],
                actions: [
                    "See the fault: `amtool check-config deploy/alertmanager/alertmanager.yml`.",
                    "Look whether the files of secrets are there and readable for its user.",
                ]))
    }

    private var notificationsFailing: Alert {
        Alert(
            "NotificationsFailing", anyOf: AlertmanagerServer.Notifications.failed.series, in: fleet, severity: .critical,
            summary: "Alertmanager cannot tell people of alerts.",
            description: "Notifications by \(.label(.integration)) fail.",
            runbook: Runbook(
                meaning: "The mail server, PagerDuty, Slack or the webhook refuses what Alertmanager sends, or is not reached.",
                impact: "People do not hear of alerts by that way.",
                queries: [
                    .init(
                        "Failed requests per second",
                        AlertmanagerServer.Notifications.requestsFailed.series.rate(over: window))
                ],
                actions: [
                    "Read the answer in Alertmanager's log: `journalctl -u prometheus-alertmanager -n 50`.",
                    "Look whether the key or password in its file is still good.",
                ]))
    }
}

extension Fleet {
    /// Whether systemd runs the processes, so that agents see units and their journal: not under development, where `apus up` does.
    var isUnderSystemd: Bool { environment != .development }

    /// The age at which an agent's figures are old: so many turns of its sampling loop.
    var oldestSample: Threshold {
        let turns = thresholds[Threshold.missedSamples]
        return turns.with(.duration(agents.samplingInterval * turns.wholeValue))
    }

    fileprivate var remoteWrites: Bool { !scraping.remoteWrite.isEmpty }
}
