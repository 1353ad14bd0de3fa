import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// What watches the fleet: the agents, Prometheus and Alertmanager.
struct AgentDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .agent, title: "Agents and monitoring", description: "What watches the \(fleet.name) fleet, and what that costs.",
            variables: [agent]
        ) {
            PanelRow(height: 4) { [version, known, sampleAge, size] }
            PanelRow("Sampling") { [sampleAgeOverTime, turns, turnCPU] }
            PanelRow("Scrapes of agents") { [scrapeTime, scrapes, sizes] }
            PanelRow("Clients of agents") { [connections, refusedClients] }
            PanelRow("Reports") { [instances] + (fleet.expectedInstances.isEmpty ? [] : [series]) + [refusals, kept] }
            PanelRow("The agents' own processes") { [cpu, memory, files] }
            if fleet.agentsWatchHosts { AgentHostSection(fleet: fleet).rows }
            if fleet.isUnderSystemd { PanelRow("The bus of systemd") { [bus, busAge, calls] } }
            MonitoringSection(fleet: fleet).rows
        }
    }

    /// Not of the instances whose series the agents serve too.
    private let agent = DashboardVariable(.instance, of: Agent.instances, name: "agent")
        .narrowing(only: MetricCatalog.families(of: .host) + [ScrapeMetrics.up.family, ScrapeMetrics.duration.family])

    private func rate<Labels>(_ counter: Counter<Labels>) -> InstantVector<SeriesKey<Labels.Key>> {
        counter.series.rate(over: .rateInterval)
    }

    // MARK: - Single values

    private var version: Panel {
        Panel("Versions", description: "How many agents run each version.", kind: .stat(of: .last, graph: .none), unit: .count)
        {
            PanelQuery(Agent.buildInfo.series.value.count(by: .label(.version)), legend: "\(.label(.version))")
        }
    }

    private var known: Panel {
        Panel("Instances", description: "Instances that the agents know, alive or not.", kind: .stat, unit: .count) {
            PanelQuery(Agent.instances.series.value.sum(), legend: "known")
        }
    }

    private var sampleLimit: PanelThresholds { .limit(of: MonitoringAlerts(fleet: fleet).samplingBehind) }

    private var sampleAge: Panel {
        Panel(
            "Oldest figures", description: "Time since the last turn of the sampling loop that is furthest behind.",
            kind: .stat, unit: .seconds
        ) {
            PanelQuery(Agent.sampleAge.series.value.max(), legend: "oldest")
        }.thresholds(sampleLimit)
    }

    private var size: Panel {
        Panel("Largest exposition", description: "Size of the largest last exposition.", kind: .stat, unit: .bytes) {
            PanelQuery(Agent.scrapeSize.series.value.max(), legend: "largest")
        }
    }

    // MARK: - Sampling

    private var sampleAgeOverTime: Panel {
        Panel("Age of figures", description: "Time since the last turn of each sampling loop.", unit: .seconds) {
            PanelQuery(Agent.sampleAge.series.value, legend: "\(.instance)")
        }.thresholds(sampleLimit)
    }

    private var turns: Panel {
        Panel(
            "Late turns",
            description: "Turns of the sampling loop that began more than a tenth of the interval late, among all.",
            unit: .ratio
        ) {
            PanelQuery(rate(Agent.lateSamples) / (rate(Agent.samples) > 0), legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }

    private var turnCPU: Panel {
        Panel("CPU of a turn", description: "CPU time that one turn of the sampling loop uses, on average.", unit: .seconds) {
            PanelQuery(rate(Agent.sampleCPU) / (rate(Agent.samples) > 0), legend: "\(.instance)")
        }
    }

    // MARK: - Scrapes

    private var scrapeTime: Panel {
        Panel(
            "Time of scrapes", description: "As Prometheus sees it, and the CPU time that an exposition takes to render.",
            unit: .seconds
        ) {
            PanelQuery(ScrapeMetrics.duration.series.matching(.job, Agents.job).value, legend: "\(.instance)")
            PanelQuery(rate(Agent.scrapeCPU) / (rate(Agent.scrapes) > 0), legend: "\(.instance): CPU")
        }
    }

    private var scrapes: Panel {
        Panel(
            "Scrapes", description: "Expositions per second that were rendered, not taken to the end, or refused.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Agent.scrapes), legend: "\(.instance)")
            PanelQuery(rate(Agent.scrapesAborted), legend: "\(.instance): aborted")
            PanelQuery(rate(Agent.scrapesRejected), legend: "\(.instance): refused")
        }
    }

    private var connections: Panel {
        Panel(
            "Connections closed by agents",
            description: "HTTP connections per second that agents closed of their own accord, by reason.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Agent.connectionsCut).sum(by: .label(.reason)), legend: "\(.label(.reason))")
        }
    }

    private var refusedClients: Panel {
        Panel(
            "Clients refused by agents",
            description:
                "Connections refused because all others were being answered, pauses in accepting, and requests under a name "
                + "that is not the agent's, per second.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Agent.connectionsRejected), legend: "\(.instance): connections")
            PanelQuery(rate(Agent.acceptPauses), legend: "\(.instance): pauses")
            PanelQuery(rate(Agent.hostsRefused), legend: "\(.instance): names")
        }
    }

    private var sizes: Panel {
        Panel("Size of expositions", description: "Size of the last exposition of each agent.", unit: .bytes) {
            PanelQuery(Agent.scrapeSize.series.value, legend: "\(.instance)")
        }
    }

    // MARK: - Reports

    private var instances: Panel {
        Panel("Known instances", description: "Instances that each agent knows, and those of the fleet that run.", unit: .count)
        {
            PanelQuery(Agent.instances.series.value, legend: "known to \(.instance)")
            PanelQuery(ServiceState.up.series.value.sum(), legend: "running")
            if !fleet.groupedServices.isEmpty {
                PanelQuery(Agent.unwatchedProcesses.series.value, legend: "processes not watched by \(.instance)")
                PanelQuery(Agent.unwatchedControlGroups.series.value, legend: "control groups not watched by \(.instance)")
            }
            if fleet.capturesNames {
                PanelQuery(Agent.unservedGroups.series.value, legend: "groups not served by \(.instance)")
            }
        }
    }

    private var series: Panel {
        Panel(
            "Series of services", description: "Series that the processes of each service have registered, and did not get.",
            unit: .count
        ) {
            PanelQuery(ServiceState.series.series.value.sum(by: .service), legend: "\(.service)")
            if fleet.reportsBySegment {
                PanelQuery(
                    ServiceState.droppedSeries.series.increase(over: .rateInterval).sum(by: .service),
                    legend: "\(.service): dropped")
            }
        }.overrides(.matching(".*: dropped", .color(.red)))
    }

    private var refusals: Panel {
        let ofSeries = fleet.reportsOverHTTP ? ", and series that they left out of those they took" : ""
        return Panel(
            "Refused reports", description: "Reports per second that agents refused, by reason\(ofSeries).", unit: .perSecond
        ) {
            PanelQuery(rate(Agent.refusals).sum(by: .label(.reason)), legend: "\(.label(.reason))")
            if fleet.reportsOverHTTP { PanelQuery(rate(Agent.seriesLeftOut), legend: "\(.instance): series left out") }
        }
    }

    private var kept: Panel {
        Panel(
            "Segments handed to systemd",
            description: "Messages of agents to systemd about the segments that it keeps over a restart, and those that wait.",
            unit: .count
        ) {
            PanelQuery(Agent.storeMessages.series.increase(over: .rateInterval), legend: "\(.instance)")
            PanelQuery(Agent.storeWaiting.series.value, legend: "\(.instance): waiting")
        }
    }

    // MARK: - Processes

    /// Exporters serve the same names of their own processes.
    private func own<Metric: MetricDeclaration>(_ metric: Metric) -> Series<Metric> { metric.series.matching(.job, Agents.job) }

    private var cpu: Panel {
        Panel("CPU of agents", description: "CPU of each agent, in percent of one core.", unit: .percent) {
            PanelQuery(own(AgentProcess.cpu).rate(over: .rateInterval) * 100, legend: "\(.instance)")
        }
    }

    private var memory: Panel {
        Panel("Memory of agents", description: "Resident memory of each agent.", unit: .bytes) {
            PanelQuery(own(AgentProcess.residentMemory).value, legend: "\(.instance)")
        }
    }

    private var files: Panel {
        let share = own(AgentProcess.openFiles).value / (own(AgentProcess.maxFiles).value > 0)
        return Panel(
            "Descriptors of agents", description: "Open descriptors among those that each agent may open.", unit: .ratio
        ) {
            PanelQuery(share, legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }

    // MARK: - The bus

    private var bus: Panel {
        Panel("Bus", description: "Whether systemd answers each agent on the bus.", kind: .stateTimeline, unit: .none) {
            PanelQuery(Units.busUp.series.value, legend: "\(.instance)")
        }.saying("up", or: "down")
    }

    private var busAge: Panel {
        Panel("Age of units' states", description: "Time since systemd last answered.", unit: .seconds) {
            PanelQuery(Units.busAge.series.value, legend: "\(.instance)")
        }
    }

    private var calls: Panel {
        Panel("Calls on the bus", description: "Calls per second, and failures by reason.", unit: .perSecond) {
            PanelQuery(rate(Units.busCalls).sum(), legend: "calls")
            PanelQuery(rate(Units.busErrors).sum(by: .label(.reason)), legend: "failed: \(.label(.reason))")
        }.overrides(.matching("failed.*", .color(.red)))
    }
}
